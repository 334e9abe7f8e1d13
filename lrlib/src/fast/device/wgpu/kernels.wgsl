// Gradient descent for logistic regression on a graphics card.
//
// X has `all` rows: n samples to learn from, then those of validation. A row has `columns` fours of numbers: first the
// features, then a 1 for the bias, which is therefore the last weight, and then zeros. A number is a feature, or stands
// for the feature / 255: `unit` is what a 1 stands for. What a Four is in memory, and its values, depends on that, so
// those two lines are put before these. X is in pieces of whole rows, as a card may bind only some megabytes at once.
//
// No float is added by an atomic: the order of additions never changes, so two runs give the same bits.
struct Piece {
    first: u32, rows: u32, learn: u32, // of this piece: its first row, its rows, and how many of these to learn from
    all: u32, n: u32, features: u32, columns: u32, shares: u32,
    unit: f32, pos_weight: f32, decay: f32,
}
// The steps made in this run, and the learning rate of the next.
struct Step { epoch: u32, rate: f32 }

@group(0) @binding(0) var<uniform> p: Piece;
@group(0) @binding(1) var<uniform> now: Step;
@group(0) @binding(2) var<storage, read> x: array<Four>;
@group(0) @binding(3) var<storage, read> y: array<f32>;
@group(0) @binding(4) var<storage, read_write> w: array<vec4f>;
@group(0) @binding(5) var<storage, read_write> parts: array<f32>;
@group(0) @binding(6) var<storage, read_write> e: array<f32>;
@group(0) @binding(7) var<storage, read_write> gradient: array<vec4f>;
@group(0) @binding(8) var<storage, read_write> logits: array<f32>;
@group(0) @binding(9) var<storage, read_write> stopped: atomic<u32>;
var<workgroup> sums: array<vec4f, 256>;
const FOUR = vec4u(0, 1, 2, 3);

// A thread of a group, t = 0 ... 255, and the number of the group: a grid is as wide as it may be, then as high as it
// must be.
struct Thread {
    @builtin(local_invocation_index) t: u32, @builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) grid: vec3u,
}
fn number(thread: Thread) -> u32 { return thread.group.y * thread.grid.x + thread.group.x; }

// Forward: parts[share][row] = sum of X[row][j] * w[j] over the columns of a share. A group takes four rows of a share,
// so that it reads w once for all of them. Groups: shares * rows of the piece / 4.
@compute @workgroup_size(256) fn forward(thread: Thread) {
    let t = thread.t;
    let share = number(thread) % p.shares;
    let first = number(thread) / p.shares * 4;
    let at = min(first + FOUR, vec4u(p.rows - 1)) * p.columns;
    var sum = vec4f();
    for (var c = share * 256 + t; c < p.columns; c += p.shares * 256) {
        for (var r = 0; r < 4; r++) { sum[r] += dot(values(x[at[r] + c]), w[c]); }
    }
    sums[t] = sum;
    for (var half = 128u; half > 0; half /= 2) {
        workgroupBarrier();
        if (t < half) { sums[t] += sums[t + half]; }
    }
    workgroupBarrier();
    if (t < 4 && first + t < p.rows) { parts[share * p.all + p.first + first + t] = sums[0][t] * p.unit; }
}

// Errors: the logits z = sum of the parts, and e = c * (sigmoid(z) - y) / n, where c is pos_weight for y = 1, otherwise
// 1. After an infinite loss, where the bits of the exponent are all 1, no step is made. Groups: all rows / 256.
@compute @workgroup_size(256) fn errors(thread: Thread) {
    let row = number(thread) * 256 + thread.t;
    if (row >= p.all) { return; }
    var z = 0.0;
    for (var share = 0u; share < p.shares; share++) { z += parts[share * p.all + row]; }
    logits[now.epoch * p.all + row] = z;
    if (row >= p.n) { return; }
    let power = exp(-abs(z));
    let y_hat = select(power, 1, z >= 0) / (1 + power);
    let c = select(1, p.pos_weight, y[row] > 0.5);
    e[row] = c * (y_hat - y[row]) / f32(p.n);
    if ((bitcast<u32>(c * z) & 0x7f800000) == 0x7f800000) { atomicStore(&stopped, 1u); }
}

// Backward: gradient = X'e, or what this piece adds to it. A group takes 64 fours of columns, a quarter of its threads
// every fourth block of 64 rows: a long sum of short sums loses fewer bits. Groups: columns / 64.
@compute @workgroup_size(256) fn backward(thread: Thread) {
    let t = thread.t;
    let c = number(thread) * 64 + t % 64;
    for (var block = t / 64 * 64; block < p.learn && c < p.columns; block += 256) {
        var part = vec4f();
        for (var r = block; r < min(block + 64, p.learn); r++) { part += e[p.first + r] * values(x[r * p.columns + c]); }
        sums[t] += part;
    }
    workgroupBarrier();
    if (t >= 64 || c >= p.columns) { return; }
    let sum = (sums[t] + sums[t + 64]) + (sums[t + 128] + sums[t + 192]);
    gradient[c] = select(sum, gradient[c] + sum, p.first > 0);
}

// Step: w -= rate * (X'e + decay * w); the bias does not decay. Groups: columns / 256.
@compute @workgroup_size(256) fn step(thread: Thread) {
    let c = number(thread) * 256 + thread.t;
    if (c >= p.columns || atomicLoad(&stopped) > 0) { return; }
    let is_weight = 4 * c + FOUR < vec4u(p.features);
    w[c] -= now.rate * (gradient[c] * p.unit + select(vec4f(), p.decay * w[c], is_weight));
}
