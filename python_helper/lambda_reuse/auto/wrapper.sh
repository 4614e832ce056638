#!/bin/sh
# For AWS_LAMBDA_EXEC_WRAPPER, where a PYTHONPATH keeps the runtime from reading the layer's .pth:
# runs the runtime's script by way of lambda_reuse_start.py, through the next wrapper if there is one.
start=${0%/*}/python/lambda_reuse_start.py
case ${1##*/} in
    python*)
        if [ -f "$start" ] && [ -f "$2" ]; then
            python=$1
            shift
            set -- "$python" "$start" "$@"
        fi
        ;;
esac
exec ${LAMBDA_REUSE_NEXT_WRAPPER:+"$LAMBDA_REUSE_NEXT_WRAPPER"} "$@"
