// Gradient descent for logistic regression, and the Gram matrix, on a card.
//
// X has `rows` rows of d numbers: n samples to learn from, then those of validation. Where T is float, a number is a
// feature; where T is u8, it stands for the feature / 255, and `unit` is what a 1 stands for. Behind the features of a
// row comes a 1 for the bias, which is therefore the last weight, and then zeros: d is a whole number of blocks of
// COLUMNS.
//
// No float is added by an atomic: the order of additions never changes, so two runs give the same bits.
typedef unsigned char u8;
typedef unsigned int u32;
// The threads of a block and its warps of 32 threads, in every kernel; the columns that a warp takes at a time, 16 for
// each thread; the rows that it takes at a time in forward.
constexpr int THREADS = 256, WARPS = THREADS / 32, COLUMNS = 32 * 16, ROWS = 8;
#define UNROLL _Pragma("unroll")

// The i-th column of a thread. It reads 16 bytes at a time, and its neighbour the next 16.
template <class T> __device__ __forceinline__ int place(int lane, int i) {
    return sizeof(T) == 1 ? lane * 16 + i : i / 4 * 128 + lane * 4 + i % 4;
}

// A thread's 16 columns of a row, as they are in memory. Several rows are read before the first is used, so that
// memory is never idle. V is T, or float for w, which is read at the places of T.
template <class V> struct Raw {
    u32 words[4 * sizeof(V)];
};
template <class T, class V> __device__ __forceinline__ Raw<V> read(const V *block, int lane) {
    Raw<V> raw;
    UNROLL for (int i = 0; i < (int)sizeof(V); i++) {
        uint4 four = *(const uint4 *)(block + place<T>(lane, 16 / sizeof(V) * i));
        raw.words[4 * i] = four.x, raw.words[4 * i + 1] = four.y;
        raw.words[4 * i + 2] = four.z, raw.words[4 * i + 3] = four.w;
    }
    return raw;
}

// The i-th of them as a float. A byte becomes the last digits of 2^23, which is subtracted: conversions are slower.
__device__ __forceinline__ float value(const Raw<float> &raw, int i) { return __int_as_float(raw.words[i]); }
__device__ __forceinline__ float value(const Raw<u8> &raw, int i) {
    return __int_as_float(__byte_perm(raw.words[i / 4], 0x4B000000u, 0x7540 + i % 4)) - 8388608.0f;
}

// Forward: parts[share][row] = sum of X[row][j] * w[j] over the columns of a share. A warp takes ROWS rows of a share,
// so that it reads w once for all of them. Grid rows / ROWS * shares / WARPS. The first thread counts the epochs.
template <class T>
__device__ void forward(const T *x, const float *w, float *parts, int *epoch, int shares, int rows, int d, float unit) {
    int lane = threadIdx.x % 32, warp = blockIdx.x * WARPS + threadIdx.x / 32;
    int share = warp % shares, first = warp / shares * ROWS;
    float sum[ROWS] = {};
    for (int c = share * COLUMNS; c < d; c += shares * COLUMNS) {
        Raw<float> weight = read<T>(w + c, lane);
        Raw<T> raw[ROWS];
        UNROLL for (int r = 0; r < ROWS; r++) raw[r] = read<T>(x + (size_t)min(first + r, rows - 1) * d + c, lane);
        UNROLL for (int r = 0; r < ROWS; r++)
            UNROLL for (int i = 0; i < 16; i++) sum[r] = fmaf(value(raw[r], i), value(weight, i), sum[r]);
    }
    UNROLL for (int r = 0; r < ROWS; r++) {
        UNROLL for (int half = 16; half > 0; half /= 2) sum[r] += __shfl_down_sync(0xffffffffu, sum[r], half);
        if (lane == 0 && first + r < rows) parts[(size_t)share * rows + first + r] = sum[r] * unit;
    }
    if (lane == 0 && warp == 0) *epoch += 1;
}

// Backward and step: w -= rate * (X'e + decay * w); the bias does not decay. A block takes all n rows of COLUMNS
// columns, a warp every eighth row. Grid d / COLUMNS. Last row first: what forward has just read may still be in the
// cache. An error that is NaN makes every change NaN, and then w stays what it is.
template <class T>
__device__ void step(const T *x, const float *e, float *w, const int *epoch, const float *rates, int n, int d,
                     int features, float unit, float decay) {
    constexpr int BATCH = sizeof(T) == 1 ? 8 : 2;
    __shared__ float sums[WARPS][COLUMNS];
    int lane = threadIdx.x % 32, warp = threadIdx.x / 32, first = blockIdx.x * COLUMNS;
    float gradient[16] = {};
    for (int last = n - 1 - warp; last >= 0; last -= BATCH * WARPS) {
        Raw<T> raw[BATCH];
        float error[BATCH];
        UNROLL for (int k = 0; k < BATCH; k++) {
            int r = last - k * WARPS;
            raw[k] = read<T>(x + (size_t)max(r, 0) * d + first, lane);
            error[k] = r < 0 ? 0 : e[r];
        }
        UNROLL for (int k = 0; k < BATCH; k++)
            UNROLL for (int i = 0; i < 16; i++) gradient[i] = fmaf(error[k], value(raw[k], i), gradient[i]);
    }
    UNROLL for (int i = 0; i < 16; i++) sums[warp][i * 32 + lane] = gradient[i];
    __syncthreads();
    for (int slot = threadIdx.x; slot < COLUMNS; slot += THREADS) {
        int c = first + place<T>(slot % 32, slot / 32);
        float total = 0;
        for (int i = 0; i < WARPS; i++) total += sums[i][slot];
        float change = rates[*epoch] * (total * unit + (c < features ? decay * w[c] : 0));
        if (change == change) w[c] -= change;
    }
}

// sums[i][j] = sum of X[i] * X[j], for the pairs on and above the diagonal. A block takes 32 * 32 pairs, a thread four
// of one j. Grid (n / 32, n / 32). Within 256 columns, sums of bytes' products are whole numbers below 2^24, which a
// float holds exactly; beyond, they are added as doubles.
template <class T> __device__ void gram(const T *x, double *sums, int n, int d) {
    __shared__ float a[32][33], b[32][33];
    int lane = threadIdx.x % 32, warp = threadIdx.x / 32, top = blockIdx.y * 32, left = blockIdx.x * 32;
    if (left < top) return;
    double total[4] = {};
    for (int c = 0; c < d; c += 256) {
        float sum[4] = {};
        for (int from = c + lane; from < c + 256; from += 32) {
            __syncthreads();
            UNROLL for (int row = warp; row < 32; row += WARPS) {
                a[row][lane] = x[(size_t)min(top + row, n - 1) * d + from];
                b[row][lane] = x[(size_t)min(left + row, n - 1) * d + from];
            }
            __syncthreads();
            UNROLL for (int k = 0; k < 32; k++)
                UNROLL for (int p = 0; p < 4; p++) sum[p] = fmaf(a[warp + p * WARPS][k], b[lane][k], sum[p]);
        }
        UNROLL for (int p = 0; p < 4; p++) total[p] += sum[p];
    }
    UNROLL for (int p = 0; p < 4; p++) {
        int i = top + warp + p * WARPS, j = left + lane;
        if (i < n && j < n) sums[(size_t)i * n + j] = total[p];
    }
}

extern "C" {
// At least two blocks at a time: then the compiler may keep 128 numbers of each thread in registers.
#define KERNEL __global__ void __launch_bounds__(THREADS, 2)
#define KERNELS(NAME, T)                                                                                               \
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

// Errors: the logits z = sum of the parts, and e = c * (sigmoid(z) - y) / n, where c is pos_weight for y = 1,
// otherwise 1; NaN for an infinite loss (0 * infinity), so that no step is made. A block takes 32 rows, a warp every
// eighth share. Grid rows / 32.
KERNEL errors(const float *parts, const float *y, float *e, float *logits, const int *epoch, int shares, int n,
              int rows, float pos_weight) {
    __shared__ float sums[WARPS][32];
    int lane = threadIdx.x % 32, warp = threadIdx.x / 32, row = blockIdx.x * 32 + lane;
    float z = 0;
    for (int share = warp; share < shares && row < rows; share += WARPS) z += parts[(size_t)share * rows + row];
    sums[warp][lane] = z;
    __syncthreads();
    if (warp > 0 || row >= rows) return;
    for (int i = 1; i < WARPS; i++) z += sums[i][lane];
    logits[(size_t)*epoch * rows + row] = z;
    float power = expf(-fabsf(z)), y_hat = (z >= 0 ? 1 : power) / (1 + power);
    if (row >= n) return;
    float c = y[row] > 0.5f ? pos_weight : 1;
    e[row] = c * (y_hat - y[row]) / n + 0 * (c * z);
}
}
