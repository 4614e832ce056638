# needs: aws
import functools
import boto3

class Injector:
    providers = {}
    @classmethod
    def provides(cls, kind):
        def register(f):
            cls.providers[kind] = f
            return f
        return register
    @classmethod
    def inject(cls, f):
        @functools.wraps(f)
        def inner(event, context):
            return f(event, context, **{n: p() for n, p in cls.providers.items()})
        return inner

@Injector.provides("sns")
def sns():
    return boto3.client("sns")  # <- recreated

@Injector.inject
def handler(event, context, sns):
    return sns.meta.region_name
