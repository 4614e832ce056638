# Libraries that the extension does not use.
MICROPY_PY_BTREE = 0
MICROPY_PY_FFI = 0
MICROPY_PY_SSL = 0
MICROPY_PY_TERMIOS = 0
MICROPY_PY_THREAD = 0
MICROPY_SSL_AXTLS = 0
MICROPY_SSL_MBEDTLS = 0
MICROPY_USE_READLINE = 0
MICROPY_VFS_FAT = 0
MICROPY_VFS_LFS1 = 0
MICROPY_VFS_LFS2 = 0

FROZEN_MANIFEST = $(VARIANT_DIR)/manifest.py

# All is made small (COPT), for what is not there is not resident either; but these are what runs most.
HOT = bc malloc map obj objboundmeth objclosure objdict objfun objlist objnamedtuple objtuple objtype qstr runtime
$(patsubst %,$(BUILD)/py/%.o,$(HOT)): CFLAGS += -O2
$(patsubst %,$(BUILD)/native/%.o,hold reader usual): CFLAGS += -O2
