//! Value noise: random numbers on a lattice, smoothly interpolated, added up over octaves.

/// A number in 0..1 that depends on nothing but the arguments.
pub fn hash(x: u32, y: u32, seed: u32) -> f32 {
    let mut bits = x.wrapping_mul(0x8da6_b343).wrapping_add(y.wrapping_mul(0xd816_3841)) ^ seed;
    bits = (bits ^ (bits >> 16)).wrapping_mul(0x7feb_352d);
    bits = (bits ^ (bits >> 15)).wrapping_mul(0x846c_a68b);
    ((bits ^ (bits >> 16)) >> 8) as f32 / 16_777_216.0
}

/// Smooth noise in 0..1 with one bump per unit.
pub fn value(x: f32, y: f32, seed: u32) -> f32 {
    // `f32::floor` is a call to a library on processors as old as the compiler assumes.
    let floor = |x: f32| x as i32 - i32::from(x < 0.0);
    let (left, top) = (floor(x), floor(y));
    let (column, row) = (left as u32, top as u32);
    let (right, below) = (column.wrapping_add(1), row.wrapping_add(1));
    let (u, v) = (x - left as f32, y - top as f32);
    let (u, v) = (u * u * (3.0 - 2.0 * u), v * v * (3.0 - 2.0 * v));
    let upper = hash(column, row, seed) * (1.0 - u) + hash(right, row, seed) * u;
    let lower = hash(column, below, seed) * (1.0 - u) + hash(right, below, seed) * u;
    upper * (1.0 - v) + lower * v
}

/// Fractal noise in 0..1: each octave is twice as fine as the one before and `roughness` as strong.
pub fn fractal(x: f32, y: f32, octaves: u32, roughness: f32, seed: u32) -> f32 {
    let (mut sum, mut strength, mut total, mut scale) = (0.0, 1.0, 0.0, 1.0);
    for octave in 0..octaves {
        sum += strength * value(x * scale, y * scale, seed.wrapping_add(octave));
        total += strength;
        strength *= roughness;
        scale *= 2.03;
    }
    sum / total
}
