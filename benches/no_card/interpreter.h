// Runs kernels in PTX on the processor, one unit after the other: what LLVM's NVPTX backend writes
// for CubeCL's kernels. A kernel that asks for anything else ends the process with the statement.
#include <stddef.h>
#include <stdint.h>

struct Kernel;

// Reads the first kernel of a module.
struct Kernel *ptx_read(const char *text);

// Runs it on a grid of cubes of units. `parameters` points at the value of each parameter, `shared`
// is how many bytes a cube gets at the launch besides those that the kernel declares. Each access
// must lie within what the kernel declares or is given, or within what `is_memory` says is memory.
void ptx_run(const struct Kernel *kernel, const unsigned grid[3], const unsigned block[3], unsigned shared,
             void **parameters, int (*is_memory)(uint64_t at, size_t bytes));
