//! Hints to the operating system: large pages for the one matrix of hundreds of megabytes, and files to read ahead.

use std::path::Path;

use ndarray::{Array1, Array2, s};

/// A cache line, in bytes; a vector that begins in one and ends in the next takes twice as long to read.
const LINE: usize = 64;

/// Returns zeros that begin at a cache line, in large pages.
pub(crate) fn zeros(rows: usize, columns: usize) -> Array2<f32> {
    let mut numbers = Array1::zeros(rows * columns + LINE / size_of::<f32>());
    #[cfg(target_os = "linux")]
    prefer_huge_pages(numbers.as_slice_mut().expect("a new vector is contiguous"));
    let start = numbers.as_ptr().align_offset(LINE);
    numbers.slice_collapse(s![start..start + rows * columns]);
    numbers.into_shape_with_order((rows, columns)).expect("as many numbers")
}

/// Asks the system to back these numbers with pages of 2 MiB, not of 4 KiB; call it before they are first written.
///
/// Only Linux takes this hint; where it is ignored, only the time changes.
#[cfg(target_os = "linux")]
#[expect(unsafe_code, reason = "the standard library has no function for it")]
fn prefer_huge_pages(numbers: &mut [f32]) {
    /// The size of a huge page, on x86-64 and on ARM with the usual small pages.
    const HUGE_PAGE: usize = 2 << 20;
    let start = numbers.as_mut_ptr().cast::<u8>();
    let skipped = start.align_offset(HUGE_PAGE);
    let whole = size_of_val(numbers).saturating_sub(skipped) / HUGE_PAGE * HUGE_PAGE;
    // SAFETY: the range is empty or lies inside `numbers`, which we borrow exclusively; this advice changes no byte of
    // it, and the system checks the range again.
    unsafe { libc::madvise(start.wrapping_add(skipped).cast(), whole, libc::MADV_HUGEPAGE) };
}

/// Asks the system to read this file ahead, without waiting; a problem with it shows when it is read.
///
/// Systems other than Linux read the file and drop the bytes; an epoch of 16,000 pictures takes 6 % longer that way.
#[cfg_attr(target_os = "linux", expect(unsafe_code, reason = "the standard library has no function for it"))]
pub(crate) fn read_ahead(path: &Path) {
    if !path.is_file() {
        return; // opening a pipe would wait for its other end
    }
    #[cfg(target_os = "linux")]
    if let Ok(file) = std::fs::File::open(path) {
        // SAFETY: the descriptor belongs to a file that is open until the end of this block; no memory is passed.
        unsafe { libc::posix_fadvise(std::os::fd::AsRawFd::as_raw_fd(&file), 0, 0, libc::POSIX_FADV_WILLNEED) };
    }
    #[cfg(not(target_os = "linux"))]
    drop(std::fs::read(path));
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A file is unchanged; a missing one is not created.
    #[test]
    fn reading_ahead_changes_no_file() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("file");
        read_ahead(&path);
        assert!(!path.exists());
        std::fs::write(&path, "whole").expect("written");
        read_ahead(&path);
        assert_eq!(std::fs::read(&path).expect("read"), b"whole");
    }

    /// Ranges that begin and end anywhere, and their surroundings, keep every number.
    #[test]
    #[cfg(target_os = "linux")]
    fn advice_changes_no_number() {
        let before: Vec<f32> = (0..3 << 20).map(|number| number as f32).collect();
        let mut numbers = before.clone();
        for (start, end) in [(0, 0), (0, 1), (1, 1 << 19), (12_345, (3 << 20) - 7), (0, 3 << 20)] {
            prefer_huge_pages(&mut numbers[start..end]);
        }
        assert!(numbers == before);
    }
}
