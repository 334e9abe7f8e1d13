// A libcuda.so without a card: the functions of NVIDIA's driver that lrlib calls, with the kernels run by the processor,
// thread by thread. What it computes and in which order is what a card does; only races between threads stay hidden.
//
//     c++ -std=c++17 -O2 -shared -fPIC -o FOLDER/libcuda.so lrlib/tests/emulated_card.cpp
//     LD_LIBRARY_PATH=FOLDER cargo run --release --features cuda --example device -- --small
//
// EMULATED_CARD=none, old or broken in the environment gives no card, an old driver, a card that soon fails;
// EMULATED_MEMORY is its memory in bytes.
#include <ucontext.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <map>
#include <string>
#include <tuple>
#include <vector>

// --- what CUDA C adds to C++

#define __device__
#define __global__
#define __forceinline__ inline
#define __shared__ static
#define __launch_bounds__(...)
using std::max;
using std::min;
struct dim3 {
    unsigned x, y, z;
};
struct float2 {
    float x, y;
};
struct float4 {
    float x, y, z, w;
};
struct uint4 {
    unsigned x, y, z, w;
};
static dim3 threadIdx, blockIdx, gridDim;

static float __int_as_float(int bits) {
    float number;
    memcpy(&number, &bits, 4);
    return number;
}
static int __byte_perm(unsigned low, unsigned high, unsigned select) {
    uint64_t bytes = (uint64_t)high << 32 | low;
    unsigned result = 0;
    for (int i = 0; i < 4; i++) result |= (bytes >> 8 * (select >> 4 * i & 7) & 255) << 8 * i;
    return result;
}

// --- the threads of a block, which take turns: one runs until it must wait for others

constexpr unsigned MOST_THREADS = 256, STACK = 64 << 10;
static ucontext_t scheduler, threads[MOST_THREADS];
static std::vector<char> stacks(MOST_THREADS * STACK);
static bool done[MOST_THREADS];
static unsigned running, alive;
static std::function<void()> body;

struct Barrier {
    unsigned arrived = 0, generation = 0;
    void wait(unsigned expected) {
        unsigned mine = generation;
        if (++arrived == expected) arrived = 0, generation++;
        while (mine == generation) swapcontext(&threads[running], &scheduler);
    }
};
static Barrier block_barrier, warp_barriers[MOST_THREADS / 32];
static float lanes[MOST_THREADS / 32][32];

static void __syncthreads() { block_barrier.wait(MOST_THREADS); }
static float __shfl_down_sync(unsigned, float value, int distance) {
    unsigned warp = threadIdx.x / 32, lane = threadIdx.x % 32;
    lanes[warp][lane] = value;
    warp_barriers[warp].wait(32);
    float other = lane + distance < 32 ? lanes[warp][lane + distance] : value;
    warp_barriers[warp].wait(32);
    return other;
}

#include "../src/fast/device/cuda/kernels.cu"

static void enter() {
    body();
    done[running] = true;
    swapcontext(&threads[running], &scheduler);
}

struct Launch {
    dim3 grid;
    std::function<void()> body;

    void run() const {
        gridDim = grid, ::body = body;
        for (blockIdx.y = 0; blockIdx.y < grid.y; blockIdx.y++)
            for (blockIdx.x = 0; blockIdx.x < grid.x; blockIdx.x++) run_block();
    }
    static void run_block() {
        for (unsigned i = 0; i < MOST_THREADS; i++) {
            getcontext(&threads[i]);
            threads[i].uc_stack.ss_sp = &stacks[i * STACK], threads[i].uc_stack.ss_size = STACK;
            makecontext(&threads[i], enter, 0);
            done[i] = false;
        }
        for (alive = MOST_THREADS; alive > 0;)
            for (running = 0; running < MOST_THREADS; running++) {
                if (done[running]) continue;
                threadIdx = {running, 0, 0};
                swapcontext(&scheduler, &threads[running]);
                alive -= done[running];
            }
    }
};

// A kernel whose arguments are copied from where the driver is told that they are.
using Kernel = std::function<std::function<void()>(void **)>;
template <class... A, size_t... I> static Kernel copying(void (*function)(A...), std::index_sequence<I...>) {
    return [=](void **from) {
        std::tuple<A...> arguments{*(A *)from[I]...};
        return [=] { std::apply(function, arguments); };
    };
}
template <class... A> static Kernel kernel(void (*function)(A...)) {
    return copying(function, std::index_sequence_for<A...>());
}
static std::map<std::string, Kernel> kernels{
    {"forward_f32", kernel(forward_f32)}, {"forward_u8", kernel(forward_u8)}, {"step_f32", kernel(step_f32)},
    {"step_u8", kernel(step_u8)},         {"gram_f32", kernel(gram_f32)},     {"gram_u8", kernel(gram_u8)},
    {"errors", kernel(errors)},
};

// --- the driver

static bool is(const char *what) {
    const char *wanted = getenv("EMULATED_CARD");
    return wanted && !strcmp(wanted, what);
}
static size_t memory() {
    const char *bytes = getenv("EMULATED_MEMORY");
    return bytes ? strtoull(bytes, nullptr, 10) : (size_t)4 << 30;
}
static size_t used;
static std::map<uint64_t, size_t> allocations;
static std::vector<Launch> *capture;
static int launches;

extern "C" {
enum { SUCCESS = 0, OUT_OF_MEMORY = 2, NO_DEVICE = 100, NOT_FOUND = 500, LAUNCH_FAILED = 719 };
using Handle = void *;

int cuInit(unsigned) { return is("none") ? NO_DEVICE : SUCCESS; }
int cuDriverGetVersion(int *version) { return *version = is("old") ? 11040 : 13000, SUCCESS; }
int cuDeviceGet(int *device, int) { return *device = 0, SUCCESS; }
int cuDeviceGetName(char *name, int size, int) { return snprintf(name, size, "emulated card"), SUCCESS; }
// Attribute 115 is whether there are memory pools, 16 the number of multiprocessors.
int cuDeviceGetAttribute(int *value, int attribute, int) { return *value = attribute == 16, SUCCESS; }
int cuDevicePrimaryCtxRetain(Handle *context, int) { return *context = &used, SUCCESS; }
int cuDevicePrimaryCtxRelease_v2(int) { return SUCCESS; }
int cuCtxGetCurrent(Handle *context) { return *context = &used, SUCCESS; }
int cuCtxSetCurrent(Handle) { return SUCCESS; }
int cuCtxSynchronize() { return SUCCESS; }
int cuGetErrorString(int error, const char **text) {
    *text = error == OUT_OF_MEMORY   ? "out of memory"
            : error == NO_DEVICE     ? "no CUDA-capable device is detected"
            : error == LAUNCH_FAILED ? "unspecified launch failure"
                                     : "an error";
    return SUCCESS;
}
int cuGetErrorName(int, const char **text) { return *text = "AN_ERROR", SUCCESS; }
int cuModuleLoadData(Handle *module, const void *) { return *module = &kernels, SUCCESS; }
int cuModuleUnload(Handle) { return SUCCESS; }
int cuModuleGetFunction(Handle *function, Handle, const char *name) {
    auto found = kernels.find(name);
    if (found == kernels.end()) return NOT_FOUND;
    return *function = &found->second, SUCCESS;
}

int cuMemAlloc_v2(uint64_t *pointer, size_t size) {
    if (used + size > memory()) return OUT_OF_MEMORY;
    *pointer = (uint64_t)aligned_alloc(256, (size + 255) / 256 * 256);
    memset((void *)*pointer, 255, size); // NaN: what is read before it is written shows
    return used += allocations[*pointer] = size, SUCCESS;
}
int cuMemFree_v2(uint64_t pointer) {
    used -= allocations[pointer];
    allocations.erase(pointer);
    return free((void *)pointer), SUCCESS;
}
int cuMemGetInfo_v2(size_t *free, size_t *total) { return *total = memory(), *free = memory() - used, SUCCESS; }
int cuMemcpyHtoDAsync_v2(uint64_t to, const void *from, size_t size, Handle) {
    return memcpy((void *)to, from, size), SUCCESS;
}
int cuMemcpyDtoHAsync_v2(void *to, uint64_t from, size_t size, Handle) {
    return memcpy(to, (void *)from, size), SUCCESS;
}
int cuMemcpyDtoDAsync_v2(uint64_t to, uint64_t from, size_t size, Handle) {
    return memcpy((void *)to, (void *)from, size), SUCCESS;
}
int cuMemsetD8Async(uint64_t to, unsigned char value, size_t size, Handle) {
    return memset((void *)to, value, size), SUCCESS;
}

int cuStreamCreate(Handle *stream, unsigned) { return *stream = &launches, SUCCESS; }
int cuStreamDestroy_v2(Handle) { return SUCCESS; }
int cuStreamSynchronize(Handle) { return SUCCESS; }
int cuLaunchKernel(Handle function, unsigned x, unsigned y, unsigned z, unsigned width, unsigned, unsigned, unsigned,
                   Handle, void **arguments, void **) {
    if (z != 1 || width != MOST_THREADS) return LAUNCH_FAILED;
    if (is("broken") && ++launches > 100) return LAUNCH_FAILED;
    Launch launch{{x, y, z}, (*(Kernel *)function)(arguments)};
    if (capture) capture->push_back(launch);
    else launch.run();
    return SUCCESS;
}
int cuStreamBeginCapture_v2(Handle, int) { return capture = new std::vector<Launch>, SUCCESS; }
int cuStreamEndCapture(Handle, Handle *graph) { return *graph = capture, capture = nullptr, SUCCESS; }
int cuGraphInstantiateWithFlags(Handle *ready, Handle graph, unsigned long long) { return *ready = graph, SUCCESS; }
int cuGraphLaunch(Handle graph, Handle) {
    if (is("broken")) return LAUNCH_FAILED;
    for (auto &launch : *(std::vector<Launch> *)graph) launch.run();
    return SUCCESS;
}
int cuGraphExecDestroy(Handle) { return SUCCESS; }
int cuGraphDestroy(Handle graph) { return delete (std::vector<Launch> *)graph, SUCCESS; }
}
