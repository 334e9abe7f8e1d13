//! Memory in large pages, for the one matrix that is hundreds of megabytes long.

use ndarray::{Array1, Array2, s};

/// What Linux calls a huge page, on x86-64 and on ARM with its usual small ones.
#[cfg(target_os = "linux")]
const HUGE_PAGE: usize = 2 << 20;

/// A line of the cache, in bytes; a vector that begins in one and ends in the next takes twice as long.
const LINE: usize = 64;

/// Zeros that begin with a line, and in large pages.
pub(crate) fn zeros(rows: usize, columns: usize) -> Array2<f32> {
    let mut numbers = Array1::zeros(rows * columns + LINE / size_of::<f32>());
    prefer_huge_pages(numbers.as_slice_mut().unwrap_or(&mut []));
    let start = numbers.as_ptr().align_offset(LINE);
    numbers.slice_collapse(s![start..start + rows * columns]);
    numbers.into_shape_with_order((rows, columns)).expect("as many numbers")
}

/// Asks the system to back these numbers with pages of 2 MiB, not of 4 KiB; call it before they are first written.
///
/// It is a wish: where it is not granted, or is unknown to the system, nothing changes but the time.
#[cfg_attr(target_os = "linux", expect(unsafe_code, reason = "the standard library has no word for it"))]
#[cfg_attr(not(target_os = "linux"), expect(unused_variables))]
fn prefer_huge_pages(numbers: &mut [f32]) {
    #[cfg(target_os = "linux")]
    {
        let start = numbers.as_mut_ptr().cast::<u8>();
        let skipped = start.align_offset(HUGE_PAGE);
        let whole = size_of_val(numbers).saturating_sub(skipped) / HUGE_PAGE * HUGE_PAGE;
        // SAFETY: the range is empty or lies inside `numbers`, which we borrow alone; this advice changes no byte of it, and
        // the system checks the range once more.
        unsafe { libc::madvise(start.wrapping_add(skipped).cast(), whole, libc::MADV_HUGEPAGE) };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Ranges that begin and end anywhere keep every number, as does what lies around them.
    #[test]
    fn advice_changes_no_number() {
        let before: Vec<f32> = (0..3 << 20).map(|number| number as f32).collect();
        let mut numbers = before.clone();
        for (start, end) in [(0, 0), (0, 1), (1, 1 << 19), (12_345, (3 << 20) - 7), (0, 3 << 20)] {
            prefer_huge_pages(&mut numbers[start..end]);
        }
        assert!(numbers == before);
    }
}
