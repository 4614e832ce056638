# What is frozen into the executable. opt=2 leaves out assertions and keeps line numbers, so that
# tracebacks say where.
package("lambda_reuse", base_path="$(REUSE_SOURCES)", opt=2)
package("reuse_extension", base_path="$(REUSE_SOURCES)", opt=2)
