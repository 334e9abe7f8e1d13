// Gradient descent for logistic regression, and the Gram matrix, on a card.
//
// X has `rows` rows of d numbers: n samples to learn from, then those of validation. A T of float is a feature; a T of u8
// stands for the feature / 255, and `unit` is what a 1 of it stands for. d is a whole number of blocks of COLUMNS. Behind
// the features of a row comes a 1 for the bias, which is therefore the last weight, and then zeros up to d.
//
// No float is added by an atomic: the order of additions never changes, so two runs give the same bits.
typedef unsigned char u8;
typedef unsigned int u32;

constexpr int THREADS = 256;             // of a block, in every kernel
constexpr int WARPS = THREADS / 32;
constexpr int EACH = 16;                 // columns that a thread of a warp takes at a time
constexpr int COLUMNS = 32 * EACH;       // those of the warp
constexpr int ROWS = 8;                  // rows that a block of forward takes at a time

// The i-th of a thread's columns. A thread reads 16 bytes at a time, and its neighbour the next 16.
__device__ __forceinline__ int place(const float *, int lane, int i) { return i / 4 * 128 + lane * 4 + i % 4; }
__device__ __forceinline__ int place(const u8 *, int lane, int i) { return lane * EACH + i; }

// Byte k of a word as a float: the byte becomes the last digits of 2^23, which is subtracted. Conversions are slower.
template <u32 SELECT> __device__ __forceinline__ float byte(u32 word) {
    return __int_as_float(__byte_perm(word, 0x4B000000u, SELECT)) - 8388608.0f;
}

// A thread's 16 columns of a block of X as they are in memory, and as floats. Several are read before the first is used,
// so that memory is never idle.
template <class T> struct Raw { uint4 words[sizeof(T)]; };
template <class T> constexpr int BATCH = sizeof(T) == 1 ? 8 : 2;
template <class T> __device__ __forceinline__ Raw<T> read(const T *block, int lane) {
    Raw<T> raw;
#pragma unroll
    for (int i = 0; i < (int)sizeof(T); i++) raw.words[i] = *(const uint4 *)(block + place(block, lane, 16 / sizeof(T) * i));
    return raw;
}
__device__ __forceinline__ void to_floats(const Raw<float> &raw, float *to) {
#pragma unroll
    for (int i = 0; i < 4; i++) {
        to[4 * i] = __int_as_float(raw.words[i].x), to[4 * i + 1] = __int_as_float(raw.words[i].y);
        to[4 * i + 2] = __int_as_float(raw.words[i].z), to[4 * i + 3] = __int_as_float(raw.words[i].w);
    }
}
__device__ __forceinline__ void to_floats(const Raw<u8> &raw, float *to) {
    u32 words[4] = {raw.words[0].x, raw.words[0].y, raw.words[0].z, raw.words[0].w};
#pragma unroll
    for (int i = 0; i < 4; i++) {
        to[4 * i] = byte<0x7540>(words[i]), to[4 * i + 1] = byte<0x7541>(words[i]);
        to[4 * i + 2] = byte<0x7542>(words[i]), to[4 * i + 3] = byte<0x7543>(words[i]);
    }
}

__device__ __forceinline__ float warp_sum(float sum) {
    for (int half = 16; half > 0; half /= 2) sum += __shfl_down_sync(0xffffffffu, sum, half);
    return sum;
}

// Forward: parts[share][row] = sum of X[row][j] * w[j] over the columns of a share. Grid rows / ROWS * shares: a block takes
// ROWS rows, so that it reads w once for all of them. Block 0 counts the epochs.
template <class T>
__device__ void forward(const T *x, const float *w, float *parts, int *epoch, int shares, int rows, int d, float unit) {
    __shared__ float sums[WARPS][ROWS];
    int tid = threadIdx.x, lane = tid % 32, warp = tid / 32;
    int share = blockIdx.x % shares, first = blockIdx.x / shares * ROWS;
    float sum[ROWS] = {};
    for (int c = (share * WARPS + warp) * COLUMNS; c < d; c += shares * WARPS * COLUMNS) {
        float weight[EACH], feature[EACH];
#pragma unroll
        for (int i = 0; i < EACH; i += 4) {
            float4 four = *(const float4 *)(w + c + place(x, lane, i));
            weight[i] = four.x, weight[i + 1] = four.y, weight[i + 2] = four.z, weight[i + 3] = four.w;
        }
#pragma unroll
        for (int from = 0; from < ROWS; from += BATCH<T>) {
            Raw<T> raw[BATCH<T>];
#pragma unroll
            for (int r = 0; r < BATCH<T>; r++) raw[r] = read(x + (size_t)min(first + from + r, rows - 1) * d + c, lane);
#pragma unroll
            for (int r = 0; r < BATCH<T>; r++) {
                to_floats(raw[r], feature);
#pragma unroll
                for (int i = 0; i < EACH; i++) sum[from + r] = fmaf(feature[i], weight[i], sum[from + r]);
            }
        }
    }
#pragma unroll
    for (int r = 0; r < ROWS; r++) {
        float total = warp_sum(sum[r]);
        if (lane == 0) sums[warp][r] = total;
    }
    __syncthreads();
    if (tid < ROWS && first + tid < rows) {
        float total = 0;
        for (int i = 0; i < WARPS; i++) total += sums[i][tid];
        parts[(size_t)share * rows + first + tid] = total * unit;
    }
    if (tid == 0 && blockIdx.x == 0) *epoch += 1;
}

// Backward and step: w -= rate * (X'e + decay * w); the bias does not decay. Grid d / COLUMNS: a block takes all n rows,
// a warp every eighth. Last row first: what forward has just read may still be in the cache.
template <class T>
__device__ void step(const T *x, const float *e, float *w, const int *epoch, const float *rates, int n, int d,
                     int features, float unit, float decay) {
    __shared__ float sums[WARPS][COLUMNS];
    int tid = threadIdx.x, lane = tid % 32, warp = tid / 32, first = blockIdx.x * COLUMNS;
    float gradient[EACH] = {};
    for (int last = n - 1 - warp; last >= 0; last -= BATCH<T> * WARPS) {
        Raw<T> raw[BATCH<T>];
        float error[BATCH<T>], feature[EACH];
#pragma unroll
        for (int k = 0; k < BATCH<T>; k++) {
            int r = last - k * WARPS;
            raw[k] = read(x + (size_t)max(r, 0) * d + first, lane);
            error[k] = r < 0 ? 0 : e[r];
        }
#pragma unroll
        for (int k = 0; k < BATCH<T>; k++) {
            to_floats(raw[k], feature);
#pragma unroll
            for (int i = 0; i < EACH; i++) gradient[i] = fmaf(error[k], feature[i], gradient[i]);
        }
    }
#pragma unroll
    for (int i = 0; i < EACH; i++) sums[warp][i * 32 + lane] = gradient[i];
    __syncthreads();
    for (int slot = tid; slot < COLUMNS; slot += THREADS) {
        int c = first + place(x, slot % 32, slot / 32);
        float total = 0;
        for (int i = 0; i < WARPS; i++) total += sums[i][slot];
        w[c] -= rates[*epoch] * (total * unit + (c < features ? decay * w[c] : 0));
    }
}

// sums[i][j] = sum of X[i] * X[j], for the pairs on and above the diagonal. Grid (n / PAIRS, n / PAIRS): a block takes
// PAIRS * PAIRS pairs, a thread 2 * 2. Within COLUMNS / 2 columns, sums of bytes' products are whole numbers below 2^24,
// which a float holds exactly; beyond, they are added as doubles.
constexpr int PAIRS = 32, DEEP = 32;
template <class T> __device__ void gram(const T *x, double *sums, int n, int d) {
    __shared__ float a[DEEP][PAIRS + 2], b[DEEP][PAIRS + 2];
    int tid = threadIdx.x, left = blockIdx.x * PAIRS, top = blockIdx.y * PAIRS, i0 = tid / 16 * 2, j0 = tid % 16 * 2;
    if (left < top) return;
    double total[2][2] = {};
    for (int c = 0; c < d; c += COLUMNS / 2) {
        float sum[2][2] = {};
        for (int from = c; from < c + COLUMNS / 2; from += DEEP) {
            __syncthreads();
#pragma unroll
            for (int row = tid / 32; row < PAIRS; row += WARPS) {
                a[tid % 32][row] = x[(size_t)min(top + row, n - 1) * d + from + tid % 32];
                b[tid % 32][row] = x[(size_t)min(left + row, n - 1) * d + from + tid % 32];
            }
            __syncthreads();
#pragma unroll
            for (int k = 0; k < DEEP; k++) {
                float2 p = *(const float2 *)&a[k][i0], q = *(const float2 *)&b[k][j0];
                sum[0][0] = fmaf(p.x, q.x, sum[0][0]), sum[0][1] = fmaf(p.x, q.y, sum[0][1]);
                sum[1][0] = fmaf(p.y, q.x, sum[1][0]), sum[1][1] = fmaf(p.y, q.y, sum[1][1]);
            }
        }
        for (int pair = 0; pair < 4; pair++) total[pair / 2][pair % 2] += sum[pair / 2][pair % 2];
    }
    for (int pair = 0; pair < 4; pair++) {
        int i = top + i0 + pair / 2, j = left + j0 + pair % 2;
        if (i < n && j < n) sums[(size_t)i * n + j] = total[pair / 2][pair % 2];
    }
}

extern "C" {
#define KERNEL __global__ void __launch_bounds__(THREADS, 2)
#define KERNELS(NAME, T)                                                                                                \
    KERNEL forward_##NAME(const T *x, const float *w, float *parts, int *epoch, int shares, int rows, int d,           \
                          float unit) {                                                                                \
        forward(x, w, parts, epoch, shares, rows, d, unit);                                                            \
    }                                                                                                                  \
    KERNEL step_##NAME(const T *x, const float *e, float *w, const int *epoch, const float *rates, int n, int d,       \
                       int features, float unit, float decay) {                                                        \
        step(x, e, w, epoch, rates, n, d, features, unit, decay);                                                      \
    }                                                                                                                  \
    KERNEL gram_##NAME(const T *x, double *sums, int n, int d) { gram(x, sums, n, d); }
KERNELS(f32, float)
KERNELS(u8, u8)

// Errors: the logits z = sum of the parts, and e = c * (sigmoid(z) - y) / n, where c is pos_weight for y = 1 and else 1.
// Grid rows / 32: a block takes 32 rows, a warp every eighth share.
KERNEL errors(const float *parts, const float *y, float *e, float *logits, const int *epoch, int shares, int n, int rows,
              float pos_weight) {
    __shared__ float sums[WARPS][32];
    int lane = threadIdx.x % 32, warp = threadIdx.x / 32, row = blockIdx.x * 32 + lane;
    float sum = 0;
    if (row < rows)
        for (int share = warp; share < shares; share += WARPS) sum += parts[(size_t)share * rows + row];
    sums[warp][lane] = sum;
    __syncthreads();
    if (warp > 0 || row >= rows) return;
    float z = 0;
    for (int i = 0; i < WARPS; i++) z += sums[i][lane];
    logits[(size_t)*epoch * rows + row] = z;
    if (row >= n) return;
    float power = expf(-fabsf(z)), y_hat = z >= 0 ? 1 / (1 + power) : power / (1 + power);
    e[row] = (y[row] > 0.5f ? pos_weight : 1) * (y_hat - y[row]) / n;
}
}
