// A CUDA driver (libcuda.so.1) without a card: it has an H100's numbers, keeps what is called
// device memory on the host, runs no kernel, and writes down what it is asked for. With it, and
// without a card, the library's CUDA path is walked to its end: kernels are chosen and compiled to
// PTX as for the card, launched, and copied to and from. What a kernel would have written is not
// there (zeros, or what lay there before), so no value that comes back means anything; counts do.
// With NO_CARD_RUN values do, too.
//
// NO_CARD_OUT=DIR (must exist): each kernel as DIR/N.ptx, and when the process ends DIR/calls.json.
// NO_CARD_MEMORY=BYTES: an allocation beyond it fails as on a full card. Default: 80 GiB.
// NO_CARD_RUN=1: kernels are run, by interpreter.c, slowly; an access outside of what was allocated
// ends the process.
//
// Only what Burn 0.22 (CubeCL 0.11, cudarc 0.19) calls is here. What else is called ends the
// process with the name of the function.
#define _GNU_SOURCE
#include "interpreter.h"

#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

typedef int Result;
typedef uint64_t Pointer;
enum { SUCCESS = 0, INVALID_VALUE = 1, OUT_OF_MEMORY = 2 };
enum { MODULES = 8192, ALLOCATIONS = 1 << 16, DEFAULT_MEMORY_GIB = 80 };

// A module holds one kernel: its entry point, how often it was launched, and with what at most.
struct Module {
    char entry[256];
    uint64_t launches;
    unsigned grid[3], block[3], shared;
    struct Kernel *kernel;
};
struct Copies {
    uint64_t calls, bytes;
};
struct Allocation {
    Pointer at;
    size_t bytes;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct Module modules[MODULES];
static struct Allocation allocations[ALLOCATIONS];
static size_t module_count, allocation_count;
static struct Copies uploads, downloads, on_device, sets;
static uint64_t launches, units, waits, allocated, peak, allocation_calls;

// ---- what it writes down ----

static void write_copies(FILE *file, const char *name, struct Copies copies) {
    fprintf(file, "  \"%s\": {\"calls\": %lu, \"bytes\": %lu},\n", name, copies.calls, copies.bytes);
}

__attribute__((destructor)) static void write_down(void) {
    const char *dir = getenv("NO_CARD_OUT");
    char path[4096];
    if (!dir || snprintf(path, sizeof path, "%s/calls.json", dir) >= (int)sizeof path) return;
    FILE *file = fopen(path, "w");
    if (!file) return;
    fprintf(file, "{\n  \"launches\": %lu,\n  \"units\": %lu,\n  \"waits\": %lu,\n", launches, units, waits);
    write_copies(file, "uploads", uploads);
    write_copies(file, "downloads", downloads);
    write_copies(file, "on_device", on_device);
    write_copies(file, "sets", sets);
    fprintf(file, "  \"allocations\": %lu,\n  \"peak_bytes\": %lu,\n  \"kernels\": [", allocation_calls, peak);
    for (size_t i = 0; i < module_count; i++) {
        struct Module *m = &modules[i];
        fprintf(file,
                "%s\n    {\"file\": \"%zu.ptx\", \"entry\": \"%s\", \"launches\": %lu, \"grid\": [%u, %u, %u], "
                "\"block\": [%u, %u, %u], \"shared_bytes\": %u}",
                i ? "," : "", i, m->entry, m->launches, m->grid[0], m->grid[1], m->grid[2], m->block[0], m->block[1],
                m->block[2], m->shared);
    }
    fprintf(file, "\n  ]\n}\n");
    fclose(file);
}

static Result count(struct Copies *copies, size_t bytes) {
    pthread_mutex_lock(&lock);
    copies->calls++;
    copies->bytes += bytes;
    pthread_mutex_unlock(&lock);
    return SUCCESS;
}

static Result counted(uint64_t *calls) {
    pthread_mutex_lock(&lock);
    ++*calls;
    pthread_mutex_unlock(&lock);
    return SUCCESS;
}

static int runs(void) { return getenv("NO_CARD_RUN") != NULL; }

// ---- the driver and its one device ----

Result cuInit(unsigned flags) { return flags ? INVALID_VALUE : SUCCESS; }
Result cuDriverGetVersion(int *version) { return *version = 13000, SUCCESS; }
Result cuDeviceGetCount(int *devices) { return *devices = 1, SUCCESS; }
Result cuDeviceGet(int *device, int ordinal) { return *device = 0, ordinal ? INVALID_VALUE : SUCCESS; }
Result cuDeviceGetName(char *name, int length, int device) {
    (void)device;
    snprintf(name, (size_t)length, "H100 (no card: %s is computed)", runs() ? "what is asked for" : "nothing");
    return SUCCESS;
}
Result cuDeviceGetPCIBusId(char *id, int length, int device) {
    (void)device;
    snprintf(id, (size_t)length, "0000:00:00.0");
    return SUCCESS;
}
static size_t memory(void) {
    const char *bytes = getenv("NO_CARD_MEMORY");
    return bytes ? strtoull(bytes, NULL, 10) : (size_t)DEFAULT_MEMORY_GIB << 30;
}
Result cuDeviceTotalMem_v2(size_t *bytes, int device) { return (void)device, *bytes = memory(), SUCCESS; }
Result cuMemGetInfo_v2(size_t *available, size_t *total) {
    *total = memory();
    *available = *total - allocated;
    return SUCCESS;
}

// The attributes of an H100 SXM, by their numbers in CUDA's header.
Result cuDeviceGetAttribute(int *value, int attribute, int device) {
    static const struct { int attribute, value; } known[] = {
        {1, 1024},       // threads in a block
        {2, 1024},       // block, x
        {3, 1024},       // block, y
        {4, 64},         // block, z
        {5, 2147483647}, // grid, x
        {6, 65535},      // grid, y
        {7, 65535},      // grid, z
        {8, 49152},      // shared memory of a block
        {10, 32},        // warp
        {12, 65536},     // registers of a block
        {16, 132},       // multiprocessors
        {39, 2048},      // threads on a multiprocessor
        {75, 9},         // compute capability
        {76, 0},
        {81, 233472},    // shared memory of a multiprocessor
        {82, 65536},     // registers of a multiprocessor
        {97, 232448},    // shared memory of a block that asks for it
        {115, 1},        // memory pools
    };
    (void)device;
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (known[i].attribute == attribute) return *value = known[i].value, SUCCESS;
    fprintf(stderr, "no card: attribute %d is not known\n", attribute);
    return INVALID_VALUE;
}

// ---- contexts, streams and events: one thread's work is done when it is asked for ----

static int handle;
Result cuDevicePrimaryCtxRetain(void **context, int device) { return (void)device, *context = &handle, SUCCESS; }
Result cuDevicePrimaryCtxRelease_v2(int device) { return (void)device, SUCCESS; }
Result cuCtxSetCurrent(void *context) { return (void)context, SUCCESS; }
Result cuCtxGetCurrent(void **context) { return *context = &handle, SUCCESS; }
Result cuCtxSynchronize(void) { return counted(&waits); }
Result cuCtxGetStreamPriorityRange(int *least, int *greatest) { return *least = *greatest = 0, SUCCESS; }
Result cuStreamCreate(void **stream, unsigned flags) { return (void)flags, *stream = &handle, SUCCESS; }
Result cuStreamCreateWithPriority(void **stream, unsigned flags, int priority) {
    return (void)priority, cuStreamCreate(stream, flags);
}
Result cuStreamDestroy_v2(void *stream) { return (void)stream, SUCCESS; }
Result cuStreamSynchronize(void *stream) { return (void)stream, counted(&waits); }
Result cuStreamWaitEvent(void *stream, void *event, unsigned flags) {
    return (void)stream, (void)event, (void)flags, SUCCESS;
}
Result cuEventCreate(void **event, unsigned flags) { return (void)flags, *event = &handle, SUCCESS; }
Result cuEventDestroy_v2(void *event) { return (void)event, SUCCESS; }
Result cuEventRecord(void *event, void *stream) { return (void)event, (void)stream, SUCCESS; }
Result cuEventQuery(void *event) { return (void)event, SUCCESS; }
Result cuEventSynchronize(void *event) { return (void)event, counted(&waits); }
Result cuEventElapsedTime_v2(float *ms, void *start, void *end) {
    return (void)start, (void)end, *ms = 0.001f, SUCCESS;
}
Result cuEventElapsedTime(float *ms, void *start, void *end) { return cuEventElapsedTime_v2(ms, start, end); }

// ---- memory ----

Result cuMemAlloc_v2(Pointer *at, size_t bytes) {
    pthread_mutex_lock(&lock);
    Result result = OUT_OF_MEMORY;
    if (allocated + bytes <= memory() && allocation_count < ALLOCATIONS) {
        void *pages = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
        if (pages != MAP_FAILED) {
            *at = (Pointer)pages;
            allocations[allocation_count++] = (struct Allocation){*at, bytes};
            allocation_calls++;
            allocated += bytes;
            peak = allocated > peak ? allocated : peak;
            result = SUCCESS;
        }
    }
    pthread_mutex_unlock(&lock);
    return result;
}
// Whether these bytes are allocated. What was found last is looked at first, unless something has
// been freed since.
static uint64_t frees;
static int is_memory(Pointer at, size_t bytes) {
    static __thread struct Allocation last;
    static __thread uint64_t known_at;
    if (known_at == frees && at >= last.at && at + bytes <= last.at + last.bytes) return 1;
    int found = 0;
    pthread_mutex_lock(&lock);
    for (size_t i = 0; i < allocation_count && !found; i++)
        if (at >= allocations[i].at && at + bytes <= allocations[i].at + allocations[i].bytes)
            last = allocations[i], known_at = frees, found = 1;
    pthread_mutex_unlock(&lock);
    return found;
}
Result cuMemFree_v2(Pointer at) {
    pthread_mutex_lock(&lock);
    frees++;
    Result result = INVALID_VALUE;
    for (size_t i = 0; i < allocation_count; i++)
        if (allocations[i].at == at) {
            munmap((void *)at, allocations[i].bytes);
            allocated -= allocations[i].bytes;
            allocations[i] = allocations[--allocation_count];
            result = SUCCESS;
            break;
        }
    pthread_mutex_unlock(&lock);
    return result;
}
Result cuMemAllocAsync(Pointer *at, size_t bytes, void *stream) { return (void)stream, cuMemAlloc_v2(at, bytes); }
Result cuMemFreeAsync(Pointer at, void *stream) { return (void)stream, cuMemFree_v2(at); }
Result cuMemAllocHost_v2(void **at, size_t bytes) { return (*at = malloc(bytes)) ? SUCCESS : OUT_OF_MEMORY; }
Result cuMemFreeHost(void *at) { return free(at), SUCCESS; }

static Result copied(struct Copies *copies, void *to, const void *from, size_t bytes) {
    memmove(to, from, bytes);
    return count(copies, bytes);
}
Result cuMemcpyHtoDAsync_v2(Pointer to, const void *from, size_t bytes, void *stream) {
    return (void)stream, copied(&uploads, (void *)to, from, bytes);
}
Result cuMemcpyDtoHAsync_v2(void *to, Pointer from, size_t bytes, void *stream) {
    return (void)stream, copied(&downloads, to, (const void *)from, bytes);
}
Result cuMemcpyDtoDAsync_v2(Pointer to, Pointer from, size_t bytes, void *stream) {
    return (void)stream, copied(&on_device, (void *)to, (const void *)from, bytes);
}
Result cuMemsetD8Async(Pointer at, unsigned char value, size_t bytes, void *stream) {
    (void)stream;
    memset((void *)at, value, bytes);
    return count(&sets, bytes);
}

enum { HOST = 1, DEVICE = 2 };
struct Side {
    size_t x_bytes, y;
    int type;
    void *host;
    Pointer device;
    void *array;
    size_t pitch;
};
struct Copy2D {
    struct Side from, to;
    size_t width_bytes, height;
};
static char *start(const struct Side *side) {
    char *base = side->type == DEVICE ? (char *)side->device : side->host;
    return base + side->y * side->pitch + side->x_bytes;
}
Result cuMemcpy2DAsync_v2(const struct Copy2D *copy, void *stream) {
    (void)stream;
    for (size_t row = 0; row < copy->height; row++)
        memmove(start(&copy->to) + row * copy->to.pitch, start(&copy->from) + row * copy->from.pitch, copy->width_bytes);
    struct Copies *kind = copy->from.type == HOST ? &uploads : copy->to.type == HOST ? &downloads : &on_device;
    return count(kind, copy->width_bytes * copy->height);
}

// ---- kernels ----

Result cuModuleLoadData(void **module, const void *image) {
    pthread_mutex_lock(&lock);
    const char *dir = getenv("NO_CARD_OUT");
    char path[4096];
    if (module_count == MODULES) {
        fprintf(stderr, "no card: more than %d kernels\n", MODULES);
        abort();
    }
    *module = &modules[module_count];
    if (dir && snprintf(path, sizeof path, "%s/%zu.ptx", dir, module_count) < (int)sizeof path) {
        FILE *file = fopen(path, "w");
        if (file) {
            fputs(image, file);
            fclose(file);
        }
    }
    if (runs()) modules[module_count].kernel = ptx_read(image);
    module_count++;
    pthread_mutex_unlock(&lock);
    return SUCCESS;
}
Result cuModuleUnload(void *module) { return (void)module, SUCCESS; }
Result cuModuleGetFunction(void **function, void *module, const char *name) {
    snprintf(((struct Module *)module)->entry, sizeof modules->entry, "%s", name);
    *function = module;
    return SUCCESS;
}
Result cuFuncSetAttribute(void *function, int attribute, int value) {
    return (void)function, (void)attribute, (void)value, SUCCESS;
}
Result cuFuncGetAttribute(int *value, int attribute, void *function) {
    return (void)function, (void)attribute, *value = 0, SUCCESS;
}
Result cuLaunchKernel(void *function, unsigned gx, unsigned gy, unsigned gz, unsigned bx, unsigned by, unsigned bz,
                      unsigned shared, void *stream, void **parameters, void **extra) {
    (void)stream, (void)extra;
    struct Module *m = function;
    pthread_mutex_lock(&lock);
    if (!m->launches || (uint64_t)gx * gy * gz > (uint64_t)m->grid[0] * m->grid[1] * m->grid[2])
        m->grid[0] = gx, m->grid[1] = gy, m->grid[2] = gz;
    m->block[0] = bx, m->block[1] = by, m->block[2] = bz, m->shared = shared;
    m->launches++;
    launches++;
    units += (uint64_t)gx * gy * gz * bx * by * bz;
    pthread_mutex_unlock(&lock);
    if (m->kernel) ptx_run(m->kernel, (unsigned[]){gx, gy, gz}, (unsigned[]){bx, by, bz}, shared, parameters, is_memory);
    return SUCCESS;
}

// ---- errors ----

Result cuGetErrorName(Result error, const char **name) {
    *name = error == OUT_OF_MEMORY ? "CUDA_ERROR_OUT_OF_MEMORY" : "CUDA_ERROR_INVALID_VALUE";
    return SUCCESS;
}
Result cuGetErrorString(Result error, const char **text) {
    *text = error == OUT_OF_MEMORY ? "out of memory" : "invalid argument";
    return SUCCESS;
}
