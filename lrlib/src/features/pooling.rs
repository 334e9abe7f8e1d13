//! How much each place of a picture counts.

use crate::error::{Error, Result};

/// The weights of a picture's places: large in the middle, where the insect is.
///
/// A place (x, y), as fractions of width and height, has the weight exp(−((x − ½)² + (y − ½)²) / 2σ²).
///
/// ```
/// use lrlib::features::{Pooling, Region};
/// let everywhere_the_same = Pooling { sigma: f32::INFINITY, ..Pooling::CENTER };
/// let without_the_insect = Pooling { region: Region::Surround(0.5), ..Pooling::CENTER };
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pooling {
    /// σ, as a fraction of each side; infinite for equal weights.
    pub sigma: f32,
    /// The part of the picture that counts at all.
    pub region: Region,
}

/// A part of a picture. The rest has no effect: a patch counts only if it lies in the part with all its pixels.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Region {
    /// The whole picture.
    Whole,
    /// The box in the middle whose sides are this fraction of the picture's: the surroundings are masked out.
    Center(f32),
    /// All but that box: the middle is masked out.
    Surround(f32),
}

impl Pooling {
    /// σ = 0.22, in the whole picture.
    pub const CENTER: Self = Self { sigma: 0.22, region: Region::Whole };

    /// Returns the weight of the square patch of `size` pixels that begins at (x, y) = `start`, in a picture with these sides.
    pub(super) fn weight(&self, start: [usize; 2], size: usize, sides: [usize; 2]) -> f32 {
        let half = size as f32 / 2.0;
        // How far the patch's middle, its nearest and its farthest edge are from the picture's middle.
        let [x, y] = [0, 1].map(|axis| {
            let middle = (start[axis] as f32 + half - sides[axis] as f32 / 2.0).abs();
            [middle, middle - half, middle + half].map(|pixels| pixels / sides[axis] as f32)
        });
        let counts = match self.region {
            Region::Whole => true,
            Region::Center(fraction) => x[2].max(y[2]) <= fraction / 2.0,
            Region::Surround(fraction) => x[1].max(y[1]) >= fraction / 2.0,
        };
        let square = x[0] * x[0] + y[0] * y[0];
        if counts { (-square / (2.0 * self.sigma * self.sigma)).exp() } else { 0.0 }
    }

    /// Divides the weights, or a histogram of them, by their sum.
    pub(super) fn normalize(&self, weights: &mut [f32]) -> Result<()> {
        let sum: f32 = weights.iter().sum();
        if sum.is_nan() || sum <= 0.0 {
            let problem = format!("no patch of the picture counts with {self:?}");
            return Err(Error::Config(format!("{problem}: use a sigma above 0, and a larger region")));
        }
        for weight in weights {
            *weight /= sum;
        }
        Ok(())
    }
}
