//! What every small patch of a picture looks like.

use std::fmt;

use image::RgbImage;
use ndarray::{ArcArray1, ArcArray2, Axis, Slice};

use super::{
    check::matrix,
    feature::{for_each, scale},
    planes::{DescriptorKind, box_mean},
    pooling::Pooling,
};
use crate::{
    datasets::ImageFolder,
    error::{Error, Result},
};

/// A patch has this many cells on a side.
const SIDE: usize = 4;

/// Describes patches of 4 × 4 cells on a grid over the whole picture, in several sizes.
///
/// Gradients: eight directions a cell, divided by their sum over the patch, and square roots: SIFT descriptors with the
/// Hellinger kernel (Arandjelović and Zisserman 2012). Colours: mean and twice the standard deviation of three opponent
/// colours a cell. A cell is smoothed twice by a box of its size, so neighbouring cells overlap.
///
/// ```
/// use lrlib::{features::DenseDescriptors, image::RgbImage};
/// let descriptors = DenseDescriptors::gradients().extract(&RgbImage::new(60, 40))?;
/// assert_eq!(descriptors.x.ncols(), 4 * 4 * 8);
/// # Ok::<(), lrlib::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct DenseDescriptors {
    /// What is described.
    pub kind: DescriptorKind,
    /// The short side is scaled to this many pixels.
    pub size: u32,
    /// The sides of the cells, in pixels; a patch is 5 · cell − 1 pixels wide.
    pub cells: Vec<usize>,
    /// The distance between patches, in pixels.
    pub step: usize,
    /// Whether the mirror image is described too.
    pub mirror: bool,
    /// How much each patch counts.
    pub pooling: Pooling,
}

/// The descriptors of one picture; a clone shares them.
#[derive(Clone)]
pub struct Descriptors {
    /// Shape (m, D); a byte stands for the number ÷ 255, as pixels do.
    pub x: ArcArray2<u8>,
    /// How much each descriptor counts, shape (m); their sum is 1.
    pub weights: ArcArray1<f32>,
}

impl DenseDescriptors {
    /// Returns the description of gradients, 128 numbers a patch: cells of 3, 4, 6 and 8 pixels, every 6 pixels of the picture
    /// at 224 and of its mirror image.
    #[must_use]
    pub fn gradients() -> Self {
        let (kind, cells) = (DescriptorKind::Gradients, vec![3, 4, 6, 8]);
        Self { kind, size: 224, cells, step: 6, mirror: true, pooling: Pooling::CENTER }
    }

    /// Returns the description of colours, 96 numbers a patch, in the same places.
    #[must_use]
    pub fn colors() -> Self {
        Self { kind: DescriptorKind::Colors, ..Self::gradients() }
    }

    /// Returns the descriptors of each picture, computed on all cores: with the settings above, about 1.5 MB a picture.
    ///
    /// # Errors
    /// That of [`ImageFolder::get`] or [`extract`](Self::extract) for a picture, with its path.
    pub fn extract_all(&self, folder: &ImageFolder) -> Result<Vec<Descriptors>> {
        for_each(folder, |picture| self.extract(picture))
    }

    /// Returns the descriptors of a picture of any size.
    ///
    /// # Errors
    /// [`Error::Config`] if a setting is 0 or missing, a patch is larger than the picture at `size`, or none lies in the region
    /// that counts.
    pub fn extract(&self, picture: &RgbImage) -> Result<Descriptors> {
        let Self { kind, size, step, pooling, .. } = *self;
        let Some(largest) = self.cells.iter().max().filter(|_| step > 0 && !self.cells.contains(&0)) else {
            return Err(Error::Config(format!("cells of {:?} pixels every {step}: use 1 or more", self.cells)));
        };
        let picture = scale(picture, size, largest.saturating_mul(SIDE + 1).saturating_sub(1))?;
        let sides = [picture.width() as usize, picture.height() as usize];
        let (planes, channels) = kind.planes(&picture);
        // Where each number of the mirror image's descriptor is in the picture's.
        let mirror = |at: usize| ((at / channels) ^ (SIDE - 1)) * channels + kind.mirrored(at % channels);
        let (mut x, mut weights) = (Vec::new(), Vec::new());
        for &cell in &self.cells {
            let smooth = |planes| box_mean(&box_mean(planes, Axis(0), cell, 1), Axis(1), cell, channels);
            let (cells, patch) = (smooth(&smooth(&planes)), (SIDE + 1) * cell - 1);
            // A grid with equal margins.
            let grid = |axis: usize| ((sides[axis] - patch) % step / 2..=sides[axis] - patch).step_by(step);
            for (left, top) in grid(1).flat_map(|top| grid(0).map(move |left| (left, top))) {
                let weight = pooling.weight([left, top], patch, sides);
                if weight == 0.0 {
                    continue;
                }
                let mut numbers = Vec::with_capacity(SIDE * SIDE * channels);
                for line in (0..SIDE).map(|y| cells.row(top + y * cell)) {
                    for x in (0..SIDE).map(|x| (left + x * cell) * channels) {
                        numbers.extend(line.slice_axis(Axis(0), Slice::from(x..x + channels)));
                    }
                }
                kind.finish(&mut numbers);
                let byte = |at: usize| (numbers[at] * 255.0).round() as u8;
                x.extend((0..numbers.len()).map(byte));
                weights.push(weight);
                if self.mirror {
                    x.extend((0..numbers.len()).map(|at| byte(mirror(at))));
                    weights.push(weight);
                }
            }
        }
        pooling.normalize(&mut weights)?;
        Ok(Descriptors { x: matrix(x, SIDE * SIDE * channels).into(), weights: weights.into() })
    }
}

/// `Descriptors(13850 of 128 numbers)`
impl fmt::Debug for Descriptors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Descriptors({} of {} numbers)", self.x.nrows(), self.x.ncols())
    }
}
