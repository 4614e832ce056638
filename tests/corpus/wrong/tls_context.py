import ssl

def handler(event, context):
    return ssl.create_default_context().check_hostname  # <- recreated
