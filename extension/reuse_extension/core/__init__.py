"""What happened and what it means: platform events in, records out. No socket, file or clock here.

`events` says what the platform can say; `container` takes events in, by the rules of `event_rules`,
and gives out closed periods; `record_builder` makes records of them and of the helper's counters;
`records` is the catalogue of everything a record can carry; `emf` makes one line of a record.
"""
