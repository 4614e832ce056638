# Tell main.c that a collection is over: the next one may come after another amount of memory.
s/^void gc_collect(void) {$/void gc_collect_done(void);\
\
&/
s/^    gc_collect_end();$/&\
    gc_collect_done();/
