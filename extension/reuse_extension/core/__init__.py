"""What happened and what it means: platform events in, records out. No socket, file or clock here.

`events` says what the platform can say; `container` tells the life of a container and holds the
ledgers of its `invocations` and `inits` and the `period` that the next record will cover; `records`
is the catalogue of everything a record can carry; `emf` makes one line of a record.
"""
