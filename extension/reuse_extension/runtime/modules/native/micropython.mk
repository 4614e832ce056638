# MicroPython's build reads this: the C files of the module `native`.
SRC_USERMOD_C += $(USERMOD_DIR)/native.c
CFLAGS_USERMOD += -I$(USERMOD_DIR)
