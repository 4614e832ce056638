from lambda_reuse import resource

def handler(event, context):
    @resource  # <- recreated
    def table():
        return object()

    return table() is not None
