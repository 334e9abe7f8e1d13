//! The Gram matrix K = X·Xᵀ: the dot product of every pair of samples.
//!
//! A row of pixels is 150,528 whole numbers, 0 … 255, divided by 255. Products of whole numbers are summed exactly, two
//! at a time where 32-bit floats take one. So [`by_bytes`] does that where every feature is a pixel; other features go
//! through a matrix product in f32 ([`by_floats`]). Neither depends on the number of threads.

use bytemuck::{Pod, cast_slice};
use multiversion::{multiversion, target::match_target};
use ndarray::{Array2, ArrayRef2, Axis, s};
use rayon::prelude::*;

use super::pixel::write_bytes;

/// Columns per step: their sums stay below 2048 · 255² < 2³¹.
const COLUMNS: usize = 2048;
/// A row's pixel values within these columns, then zeros: at a distance of a power of two, all lines would compete for
/// the same places in the cache. Unaligned vectors would cost a fifth of the time.
#[derive(Clone)]
#[repr(align(64))]
struct Line([i16; COLUMNS + 32]);

/// Returns the dot product of every pair of samples, K = X·Xᵀ. Shapes (n, d) → (n, n).
///
/// Exact up to one rounding where every feature is a pixel, k/255; else summed in `f32` over 2,048 columns at a time.
///
/// ```
/// use lrlib::{fast, ndarray::array};
/// assert_eq!(fast::gram(&array![[3.0, 4.0], [1.0, 2.0]]), array![[25.0, 11.0], [11.0, 5.0]]);
/// ```
#[must_use]
pub fn gram(x: &ArrayRef2<f32>) -> Array2<f64> {
    exact(x).unwrap_or_else(|| mirrored(by_floats(&x.as_standard_layout())))
}

/// The same where every feature is a pixel; otherwise `None`.
pub(super) fn exact(x: &ArrayRef2<f32>) -> Option<Array2<f64>> {
    let x = x.as_standard_layout();
    // From inside the pool: a thread outside would sleep at each step and be woken for the next.
    rayon::scope(|_| by_bytes(&x)).map(mirrored)
}

/// Copies the half above the diagonal to the half below.
fn mirrored(mut gram: Array2<f64>) -> Array2<f64> {
    for (i, j) in (0..gram.nrows()).flat_map(|i| (0..i).map(move |j| (i, j))) {
        gram[[i, j]] = gram[[j, i]];
    }
    gram
}

/// Returns the half on and above the diagonal, in exact whole numbers; `None` unless every feature is a pixel.
fn by_bytes(x: &ArrayRef2<f32>) -> Option<Array2<f64>> {
    let (n, d) = x.dim();
    let mut sums = Array2::<f64>::zeros((n, n));
    let mut lines = vec![Line([0; _]); n.next_multiple_of(3)];
    // Rows per piece of work: six, which are two tiles, about fill the first-level cache. With thousands of rows, the
    // other rows come from memory; larger pieces read them less often.
    let height = 6 * (1 + n / 2000);
    for left in (0..d).step_by(COLUMNS) {
        let columns = left..(left + COLUMNS).min(d);
        let rows = lines.par_iter_mut().zip(x.axis_iter(Axis(0)));
        let exact = rows.all(|(Line(values), row)| {
            // Values left from the columns before must not count.
            values[columns.len()..].fill(0);
            write_bytes(&row.to_slice().expect("x is in standard layout")[columns.clone()], values)
        });
        if !exact {
            return None;
        }
        let three = |row: usize| [0, 1, 2].map(|k| &lines[row + k].0[..COLUMNS]);
        sums.axis_chunks_iter_mut(Axis(0), height).into_par_iter().enumerate().for_each(|(number, mut band)| {
            let top = number * height;
            for j in (top..n).step_by(3) {
                for i in (0..band.nrows()).step_by(3) {
                    let tile = tile(three(top + i), three(j));
                    for (mut sums, tile) in band.rows_mut().into_iter().skip(i).zip(tile) {
                        sums.iter_mut().skip(j).zip(tile).for_each(|(sum, part)| *sum += f64::from(part));
                    }
                }
            }
        });
    }
    Some(sums / (255.0 * 255.0))
}

/// Three rows times three: nine sums over [`COLUMNS`] at once, so that each number read is used three times, and
/// everything in use fits in the processor's vector registers.
#[multiversion(targets("x86_64+avx512f+avx512vnni", "x86_64+avx2", "aarch64+neon"))]
#[cfg_attr(target_arch = "x86_64", expect(unsafe_code, reason = "vector instructions, see below"))]
#[allow(unused_unsafe, reason = "needed only where the whole crate is compiled for such a processor")]
fn tile(a: [&[i16]; 3], b: [&[i16]; 3]) -> [[i32; 3]; 3] {
    match_target! {
        // `vpdpwssd`, `vpmaddwd`: two products and their sum in one step. Left to the compiler (1.95), as rows times rows,
        // `fit` of 100 epochs takes 0.27 s, not 0.15 s (244 + 153 photographs, two threads of an AMD EPYC 7003).
        // SAFETY: an arm is compiled only for processors that have its instructions, which access no memory.
        "x86_64+avx512f+avx512vnni" => {
            use std::arch::x86_64::{__m512i, _mm512_dpwssd_epi32};
            nine_sums::<__m512i>(a, b, |sum, x, y| unsafe { _mm512_dpwssd_epi32(sum, x, y) })
        }
        // SAFETY: as above.
        "x86_64+avx2" => {
            use std::arch::x86_64::{__m256i, _mm256_add_epi32, _mm256_madd_epi16};
            nine_sums::<__m256i>(a, b, |sum, x, y| unsafe { _mm256_add_epi32(sum, _mm256_madd_epi16(x, y)) })
        }
        _ => a.map(|a| b.map(|b| a.iter().zip(b).map(|(&a, &b)| i32::from(a) * i32::from(b)).sum()))
    }
}

/// The same with vectors V of pixel values, where `add` adds the products of two vectors to a vector of sums.
#[inline(always)]
#[expect(clippy::inline_always, reason = "the vectors stay in the processor only if `tile` and this are one function")]
fn nine_sums<V: Pod>(a: [&[i16]; 3], b: [&[i16]; 3], add: impl Fn(V, V, V) -> V) -> [[i32; 3]; 3] {
    let mut sums = [[V::zeroed(); 3]; 3];
    let ([a0, a1, a2], [b0, b1, b2]) = (a.map(|line| cast_slice(line)), b.map(|line| cast_slice(line)));
    for (((((&a0, &a1), &a2), &b0), &b1), &b2) in a0.iter().zip(a1).zip(a2).zip(b0).zip(b1).zip(b2) {
        for (sums, x) in sums.iter_mut().zip([a0, a1, a2]) {
            for (sum, y) in sums.iter_mut().zip([b0, b1, b2]) {
                *sum = add(*sum, x, y);
            }
        }
    }
    // Written out: `map` would be compiled separately, for any processor, and cost a twentieth of `fit`.
    let mut totals = [[0; 3]; 3];
    for (total, sum) in totals.as_flattened_mut().iter_mut().zip(sums.as_flattened()) {
        *total = cast_slice::<V, i32>(&[*sum]).iter().sum();
    }
    totals
}

/// The same half, summed in f32 within [`COLUMNS`] and in f64 across them. Many rows at once, since the matrix product
/// first packs what it reads.
fn by_floats(x: &ArrayRef2<f32>) -> Array2<f64> {
    let mut sums = Array2::<f64>::zeros((x.nrows(), x.nrows()));
    sums.axis_chunks_iter_mut(Axis(0), 48).into_par_iter().enumerate().for_each(|(number, mut band)| {
        let top = number * 48;
        let mut band = band.slice_mut(s![.., top..]);
        for x in x.axis_chunks_iter(Axis(1), COLUMNS) {
            band += &x.slice(s![top..top + band.nrows(), ..]).dot(&x.slice(s![top.., ..]).t()).mapv(f64::from);
        }
    });
    sums
}
