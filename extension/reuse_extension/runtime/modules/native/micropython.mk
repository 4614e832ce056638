# MicroPython's build reads this: the C files of the module `native`.
SRC_USERMOD_C += $(addprefix $(USERMOD_DIR)/, native.c batches.c files.c hold.c message.c output.c reader.c usual.c)
CFLAGS_USERMOD += -I$(USERMOD_DIR)
