//! The two products behind a linear layer, X·w and Xᵀ·e, on all cores.
//!
//! Both read X once and do little arithmetic with it, so the speed of memory limits them. The order of additions
//! depends neither on the number of threads nor on the processor: the result is the same everywhere.

use multiversion::multiversion;
use ndarray::{Array1, Array2, ArrayRef1, ArrayRef2, ArrayView1, ArrayView2, ArrayViewMut1, Axis, s};
use rayon::prelude::*;

use super::memory;

/// Running sums kept side by side, so that the compiler can add whole vectors.
pub(crate) const LANES: usize = 32;
/// Rows per piece of work in [`product`].
const ROWS: usize = 8;
/// Columns taken at a time: 16 KiB of the weight or of the result, which stay in the first-level cache.
const BLOCK: usize = 4096;
/// Of these, columns for which four rows and a sum fit in the first-level cache together.
const NEAR: usize = 1024;
/// The reason that a row is one slice of memory.
const IN_ORDER: &str = "every matrix here is in standard layout, or a block of columns of one";

/// The number types that a feature can have, with their products. The products are methods so that they are compiled
/// here, once, and not in every notebook cell that calls them.
pub trait Kernel: Copy + Into<f32> + Send + Sync {
    /// The feature that the number 1 stands for.
    const UNIT: f32;

    /// X·w: one number per sample. Shapes (n, d) and (d) → (n).
    fn product(x: &ArrayRef2<Self>, w: &ArrayRef1<f32>) -> Array1<f32>;

    /// Xᵀ·e: one number per feature. Shapes (n, d) and (n) → (d).
    fn transposed_product(x: &ArrayRef2<Self>, e: &ArrayRef1<f32>) -> Array1<f32>;
}

impl Kernel for f32 {
    const UNIT: f32 = 1.0;

    #[track_caller]
    fn product(x: &ArrayRef2<f32>, w: &ArrayRef1<f32>) -> Array1<f32> {
        product(x, w)
    }

    #[track_caller]
    fn transposed_product(x: &ArrayRef2<f32>, e: &ArrayRef1<f32>) -> Array1<f32> {
        transposed_product(x, e)
    }
}

impl Kernel for u8 {
    const UNIT: f32 = 1.0 / 255.0;

    #[track_caller]
    fn product(x: &ArrayRef2<u8>, w: &ArrayRef1<f32>) -> Array1<f32> {
        product(x, w)
    }

    #[track_caller]
    fn transposed_product(x: &ArrayRef2<u8>, e: &ArrayRef1<f32>) -> Array1<f32> {
        transposed_product(x, e)
    }
}

/// X·w: one number per sample. Shapes (n, d) and (d) → (n).
#[track_caller]
pub(crate) fn product(x: &ArrayRef2<impl Kernel>, w: &ArrayRef1<f32>) -> Array1<f32> {
    assert_eq!(x.ncols(), w.len(), "x has {} features, the weight {}", x.ncols(), w.len());
    let (x, w) = (x.as_standard_layout(), w.as_standard_layout());
    let mut z = Array1::zeros(x.nrows());
    z.axis_chunks_iter_mut(Axis(0), ROWS).into_par_iter().zip(x.axis_chunks_iter(Axis(0), ROWS)).for_each(
        |(mut z, x)| {
            for (x, w) in x.axis_chunks_iter(Axis(1), BLOCK).zip(w.axis_chunks_iter(Axis(0), BLOCK)) {
                z.iter_mut().zip(x.rows()).for_each(|(z, row)| *z += dot_of_rows(&row, &w));
            }
        },
    );
    z
}

/// Xᵀ·e: one number per feature. Shapes (n, d) and (n) → (d).
#[track_caller]
pub(crate) fn transposed_product(x: &ArrayRef2<impl Kernel>, e: &ArrayRef1<f32>) -> Array1<f32> {
    assert_eq!(x.nrows(), e.len(), "x has {} samples, the error {}", x.nrows(), e.len());
    let x = x.as_standard_layout();
    let mut sum = Array1::zeros(x.ncols());
    let pieces = sum.as_slice_mut().expect("a new vector is contiguous").par_chunks_mut(BLOCK);
    pieces.zip(blocks(&x, BLOCK)).for_each(|(piece, x)| {
        let mut piece = ArrayViewMut1::from(piece).insert_axis(Axis(0));
        combine(&mut piece, &x, &e.view().insert_axis(Axis(0)));
    });
    sum
}

/// Xᵀ·e for each row e, and V times each of these, reading both matrices once. Shapes (m, d), (n, d) and (k, n) → (k, d)
/// and (k, m).
pub(crate) fn combinations_and_products(
    val: &ArrayRef2<f32>,
    x: &ArrayRef2<f32>,
    e: &ArrayRef2<f32>,
) -> (Array2<f32>, Array2<f64>) {
    let (val, x) = (val.as_standard_layout(), x.as_standard_layout());
    let mut combinations = memory::zeros(e.nrows(), x.ncols());
    let pieces = combinations.axis_chunks_iter_mut(Axis(1), NEAR).into_par_iter();
    let parts = pieces.zip(blocks(&val, NEAR).zip(blocks(&x, NEAR))).map(|(mut combinations, (val, x))| {
        combine(&mut combinations, &x, e);
        Array2::from_shape_fn((e.nrows(), val.nrows()), |(k, row)| dot_of_rows(&val.row(row), &combinations.row(k)))
    });
    let mut products = Array2::<f64>::zeros((e.nrows(), val.nrows()));
    for part in parts.collect::<Vec<_>>() {
        products.zip_mut_with(&part, |sum, &part| *sum += f64::from(part));
    }
    (combinations, products)
}

/// The columns of a matrix, `size` at a time.
fn blocks<T: Kernel>(x: &ArrayRef2<T>, size: usize) -> impl IndexedParallelIterator<Item = ArrayView2<'_, T>> {
    let starts = (0..x.ncols().div_ceil(size)).into_par_iter().map(move |block| block * size);
    starts.map(move |start| x.slice(s![.., start..x.ncols().min(start + size)]))
}

/// Adds Xᵀ·e for each row e to a row of `sums`. Shapes (n, d) and (k, n) → (k, d).
pub(crate) fn combine<T: Kernel>(sums: &mut ArrayRef2<f32>, x: &ArrayRef2<T>, e: &ArrayRef2<f32>) {
    for first in (0..x.nrows()).step_by(4) {
        let rows = [0, 1, 2, 3].map(|i| x.row((first + i).min(x.nrows() - 1)).to_slice().expect(IN_ORDER));
        for start in (0..x.ncols()).step_by(NEAR) {
            let columns = start..x.ncols().min(start + NEAR);
            let four = rows.map(|row| &row[columns.clone()]);
            for (mut sum, e) in sums.rows_mut().into_iter().zip(e.rows()) {
                // Beyond the last row nothing is added.
                let factors = [0, 1, 2, 3].map(|i| T::UNIT * e.get(first + i).copied().unwrap_or(0.0));
                add_scaled(&mut sum.as_slice_mut().expect(IN_ORDER)[columns.clone()], four, factors);
            }
        }
    }
}

fn dot_of_rows<T: Kernel>(a: &ArrayView1<'_, T>, b: &ArrayView1<'_, f32>) -> f32 {
    dot(a.to_slice().expect(IN_ORDER), b.to_slice().expect(IN_ORDER))
}

/// Σ aᵢ·bᵢ over two slices of one length.
fn dot<T: Kernel>(a: &[T], b: &[f32]) -> f32 {
    let (a, a_rest) = a.as_chunks();
    let (b, b_rest) = b.as_chunks();
    let mut sums = dot_by_lane(a, b);
    // Halves onto halves: five additions in a row, not thirty-one.
    for half in [16, 8, 4, 2, 1] {
        for lane in 0..half {
            sums[lane] += sums[lane + half];
        }
    }
    T::UNIT * (sums[0] + a_rest.iter().zip(b_rest).map(|(&a, b)| a.into() * b).sum::<f32>())
}

/// Returns the sum of each lane. A function of its own: together with what follows, the compiler takes two lanes at a time.
#[multiversion(targets("x86_64+avx512f", "x86_64+avx2", "aarch64+neon"))]
fn dot_by_lane<T: Kernel>(a: &[[T; LANES]], b: &[[f32; LANES]]) -> [f32; LANES] {
    let mut sums = [0.0; LANES];
    for (a, b) in a.iter().zip(b) {
        for lane in 0..LANES {
            sums[lane] += a[lane].into() * b[lane];
        }
    }
    sums
}

/// sum += Σ factorᵢ·rowᵢ. Four rows at once, so the sum is read and written a quarter as often.
#[multiversion(targets("x86_64+avx512f", "x86_64+avx2", "aarch64+neon"))]
fn add_scaled<T: Kernel>(sum: &mut [f32], rows: [&[T]; 4], factors: [f32; 4]) {
    let ([a, b, c, d], [p, q, r, s]) = (rows, factors);
    for ((((sum, &a), &b), &c), &d) in sum.iter_mut().zip(a).zip(b).zip(c).zip(d) {
        *sum = *sum + p * a.into() + q * b.into() + r * c.into() + s * d.into();
    }
}
