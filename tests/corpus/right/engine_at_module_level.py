import sqlalchemy

engine = sqlalchemy.create_engine("sqlite://")

def handler(event, context):
    with engine.connect() as connection:
        return connection.execute(sqlalchemy.text("select 1")).scalar()
