# Let the frames of nearly all functions lie on the C stack: on the heap each call would take memory and
# bring the next collection nearer.
s/^#define VM_MAX_STATE_ON_STACK (sizeof(mp_uint_t) \* 11)$/#define VM_MAX_STATE_ON_STACK (sizeof(mp_uint_t) * 64)/
