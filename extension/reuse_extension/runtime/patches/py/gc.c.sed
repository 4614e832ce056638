# Keep a piece of the heap of which only the very first block is in use.
#
# After a collection MicroPython gives back every piece of the heap that it takes for empty, and takes
# one for empty when the last block in use is block 0, which it also is when block 0 alone is in use:
# a large buffer that got a piece of its own and was then cut down to a few bytes. What is still used
# would be gone, and the process with it.
s/if (last_used_block == 0 && prev_area != NULL) {/if (last_used_block == 0 \&\& ATB_GET_KIND(area, 0) == AT_FREE \&\& prev_area != NULL) {/
