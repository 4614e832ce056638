#!/bin/sh
# For AWS_LAMBDA_EXEC_WRAPPER, where a PYTHONPATH keeps the runtime from reading the layer's .pth:
# runs the runtime's script, which is the last argument, by way of lambda_reuse_start.py; through the
# next wrapper if there is one.
start=${0%/*}/python/lambda_reuse_start.py
for script in "$@"; do :; done
case ${1##*/} in
    python*)
        if [ -f "$start" ] && [ -f "$script" ]; then
            turns=$#
            while [ "$turns" -gt 1 ]; do
                set -- "$@" "$1"
                shift
                turns=$((turns - 1))
            done
            shift
            set -- "$@" "$start" "$script"
        fi
        ;;
esac
exec ${LAMBDA_REUSE_NEXT_WRAPPER:+"$LAMBDA_REUSE_NEXT_WRAPPER"} "$@"
