import sqlalchemy

def handler(event, context):
    engine = sqlalchemy.create_engine("sqlite://")  # <- recreated
    with engine.connect() as connection:
        return connection.execute(sqlalchemy.text("select 1")).scalar()
