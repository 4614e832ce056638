"""How long a value is kept: its age, its check, and what is closed when it goes."""

from lambda_reuse import resource

from tests.helper.parts import DownError, Factory, Value, numbers


class TestMaxAge:
    """`max_age`: seconds by wall clock."""

    def test_it_expires(self, clock):
        """A value is used while it is younger than max_age, and then built again."""
        factory = Factory()
        token = resource(max_age=10, clock=clock, name="token")(factory.build)

        assert token() == "value 1"
        clock.now += 9.999
        assert token() == "value 1"
        clock.now += 0.001
        assert token() == "value 2"
        assert numbers("token") == {"hits": 1, "first": 1, "expired": 1, "builds_in_init": 2}

    def test_a_clock_set_back(self, clock):
        """A value of the future is not trusted."""
        factory = Factory()
        token = resource(max_age=10, clock=clock)(factory.build)

        token()
        clock.now -= 1

        assert token() == "value 2"

    def test_zero(self, clock):
        """A max_age of 0 builds every time: how a setting switches reuse off."""
        factory = Factory()
        token = resource(max_age=0, clock=clock)(factory.build)

        assert [token(), token()] == ["value 1", "value 2"]


class TestCheck:
    """`check`: asked before a value is used."""

    def test_every_use(self):
        """Without check_every each use is checked."""
        asked = []
        connection = resource(check=lambda _: asked.append(1) or True)(Value)

        assert connection() is connection() is connection()
        assert len(asked) == 2

    def test_a_broken_value_is_replaced(self):
        """A value that fails its check is closed before the next one is built: reason `invalid`."""
        order = []

        def build():
            order.append("build")
            return Value()

        def close(value):
            order.append("close")
            value.close()

        connection = resource(check=lambda v: v.is_healthy, close=close, name="db")(build)
        first = connection()
        first.is_healthy = False
        second = connection()

        assert second is not first
        assert first.closed == 1
        assert order == ["build", "close", "build"]
        assert numbers("db") == {"first": 1, "invalid": 1, "builds_in_init": 2}

    def test_a_check_that_raises(self):
        """What a check raises says no, and goes no further."""
        factory = Factory()

        def check(value):
            raise DownError

        connection = resource(check=check)(factory.build)

        assert [connection(), connection()] == ["value 1", "value 2"]

    def test_check_every(self, clock):
        """Between two checks a value is used without one."""
        asked = []
        connection = resource(
            check=lambda _: asked.append(clock.now) or True, check_every=5, clock=clock
        )(Value)

        for now in (0, 4.9, 5, 6, 9.9, 10.1):
            clock.now = now
            connection()

        assert asked == [5, 10.1]

    def test_check_and_max_age(self, clock):
        """Whichever ends first: an old value is not checked but replaced, reason `expired`."""
        asked = []
        connection = resource(
            check=lambda _: asked.append(1) or True, check_every=5, max_age=7, clock=clock
        )(Value)
        first = connection()
        clock.now += 6
        assert connection() is first
        clock.now += 1
        assert connection() is not first
        assert asked == [1]
        assert connection.cache_info().reasons["expired"] == 1

    def test_a_value_cleared_while_it_is_checked(self):
        """It is not used any more, nor closed twice."""
        closed = []

        def check(value):
            connection.cache_clear()
            return True

        connection = resource(check=check, check_every=60, close=closed.append)(lambda: "value")
        connection()
        from lambda_reuse import lifecycle

        lifecycle.after_restore()  # asks for the check in spite of check_every

        assert connection() == "value"
        assert closed == ["value"]
        assert connection() == "value"
        assert connection.cache_info().reasons["forced"] == 1


class TestClose:
    """`close`: called with a value that has been replaced."""

    def test_after_the_new_one_is_there(self, clock):
        """An expired value is closed when the new one is built, once."""
        connection = resource(max_age=1, close=lambda v: v.close(), clock=clock)(Value)
        first = connection()
        assert first.closed == 0
        clock.now += 1
        connection()
        assert first.closed == 1

    def test_what_it_raises(self, capsys):
        """An error while closing is reported, without its text, and hurts nobody."""

        def close(value):
            raise DownError("postgres://user:secret@host")

        connection = resource(close=close)(Value)
        connection()
        connection.cache_clear()

        reported = capsys.readouterr().err
        assert "closing an old value of Value() failed with DownError" in reported
        assert "secret" not in reported
