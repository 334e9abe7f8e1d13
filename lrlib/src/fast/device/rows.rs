//! Samples as a card holds them: row after row the features, a 1 if the model has a bias, and zeros up to the width.

use bytemuck::{Pod, cast_slice};
use ndarray::{ArrayRef2, ArrayView1, Axis};
use rayon::prelude::*;

use crate::fast::pixel::write_bytes;

/// Bytes to send at a time, about.
const PIECE: usize = 16 << 20;

/// Features as the bytes that they were, where each is k/255, or as floats.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Form {
    Bytes,
    Floats,
}

impl Form {
    /// Returns the bytes of a feature.
    pub(super) fn size(self) -> usize {
        if self == Self::Bytes { 1 } else { 4 }
    }

    /// Returns what a 1 in memory stands for.
    pub(super) fn unit(self) -> f32 {
        if self == Self::Bytes { 1.0 / 255.0 } else { 1.0 }
    }

    /// Returns the form for these samples.
    pub(super) fn of(parts: &[&ArrayRef2<f32>]) -> Self {
        let are_bytes = parts.iter().all(|x| {
            let x = x.as_standard_layout();
            let rows = x.outer_iter().into_par_iter();
            let are_bytes = |line: &mut Vec<u8>, row: ArrayView1<'_, f32>| write_bytes(slice(&row), line);
            rows.map_init(|| vec![0; x.ncols()], are_bytes).all(|are_bytes| are_bytes)
        });
        if are_bytes { Self::Bytes } else { Self::Floats }
    }

    /// Sends samples in this form, one part behind the other, each row `width` numbers wide; whole rows at a time.
    pub(super) fn send<E>(
        self,
        parts: &[&ArrayRef2<f32>],
        width: usize,
        with_bias: bool,
        send: impl FnMut(&[u8]) -> Result<(), E>,
    ) -> Result<(), E> {
        let one = u8::from(with_bias);
        match self {
            Self::Bytes => rows(parts, width, 255 * one, |row, line| assert!(write_bytes(row, line)), send),
            Self::Floats => rows(parts, width, f32::from(one), |row, line| line.copy_from_slice(row), send),
        }
    }
}

fn rows<T: Pod + Send + Sync, E>(
    parts: &[&ArrayRef2<f32>],
    width: usize,
    one: T,
    write: impl Fn(&[f32], &mut [T]) + Sync,
    mut send: impl FnMut(&[u8]) -> Result<(), E>,
) -> Result<(), E> {
    let (rows, features) = (parts.iter().map(|x| x.nrows()).sum(), parts[0].ncols());
    let mut lines = vec![T::zeroed(); width * (PIECE / (width * size_of::<T>())).clamp(1, rows)];
    for part in parts {
        let part = part.as_standard_layout();
        for piece in part.axis_chunks_iter(Axis(0), lines.len() / width) {
            lines.par_chunks_mut(width).zip(piece.outer_iter().into_par_iter()).for_each(|(line, row)| {
                line[features] = one;
                write(slice(&row), &mut line[..features]);
            });
            send(cast_slice(&lines[..piece.nrows() * width]))?;
        }
    }
    Ok(())
}

fn slice<'a>(row: &'a ArrayView1<'_, f32>) -> &'a [f32] {
    row.as_slice().expect("x is in standard layout")
}
