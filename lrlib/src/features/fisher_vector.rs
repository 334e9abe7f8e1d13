//! How a picture's descriptors differ from those of all pictures.
//!
//! A mixture of Gaussians models the descriptors of all training pictures. The gradient of a picture's mean log-likelihood
//! with respect to the mixture's parameters says how these would have to change to model this picture better (Perronnin,
//! Sánchez and Mensink 2010; Sánchez, Perronnin, Mensink and Verbeek 2013). With γ as in [`GaussianMixture`] and weights w
//! of sum 1, and divided by the standard deviation that it has on points of the mixture:
//!
//! > for μₖ:  Σᵢ wᵢ·γᵢₖ·(xᵢ − μₖ)/σₖ / √πₖ        for σₖ:  Σᵢ wᵢ·γᵢₖ·((xᵢ − μₖ)²/σₖ² − 1) / √(2πₖ)

use std::fmt;

use ndarray::{Array1, Array2, ArrayRef2, Axis};
use ndarray_rand::rand::seq::index;
use rayon::prelude::*;

use super::{
    check::{check, matrix},
    dense_descriptors::Descriptors,
    feature::stack,
    gaussian_mixture::{BLOCK, GaussianMixture, split},
    pca::Pca,
};
use crate::{
    datasets::rng,
    error::{Error, Result},
};

/// The settings of [`FisherVector::fit`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FisherConfig {
    /// k, the number of Gaussians.
    pub gaussians: usize,
    /// d, the number of principal components of a descriptor.
    pub components: usize,
    /// The number of descriptors of each picture that PCA and mixture are fitted on, drawn at random.
    pub samples_per_picture: usize,
    /// The same seed draws the same descriptors and first means.
    pub seed: u64,
}

/// 32 Gaussians, 64 components, 200 descriptors of each picture, seed 0.
impl Default for FisherConfig {
    fn default() -> Self {
        Self { gaussians: 32, components: 64, samples_per_picture: 200, seed: 0 }
    }
}

/// A PCA and a mixture, fitted on descriptors of training pictures. It turns the descriptors of a picture into a vector of
/// 2·k·d numbers.
///
/// ```no_run
/// use lrlib::{datasets::ImageFolder, features::{DenseDescriptors, FisherConfig, FisherVector}};
/// let (train, val) = (ImageFolder::new("data/insects/train")?, ImageFolder::new("data/insects/val")?);
/// let dense = DenseDescriptors::gradients();
/// let descriptors = dense.extract_all(&train)?;
/// let fisher = FisherVector::fit(&descriptors, &FisherConfig::default())?; // on training pictures alone
/// let train_x = fisher.transform(&descriptors)?;
/// let val_x = fisher.transform(&dense.extract_all(&val)?)?;
/// # Ok::<(), lrlib::Error>(())
/// ```
#[derive(Clone)]
pub struct FisherVector {
    /// Reduces each descriptor to d numbers.
    pub pca: Pca,
    /// Models the reduced descriptors.
    pub mixture: GaussianMixture,
    pictures: usize,
}

impl FisherVector {
    /// Fits PCA and mixture on descriptors drawn from each of the training pictures.
    ///
    /// # Errors
    /// [`Error::Config`] if there are no pictures, their descriptors differ in length, or there are too few for the components
    /// or Gaussians asked for.
    pub fn fit(train: &[Descriptors], config: &FisherConfig) -> Result<Self> {
        let length = train.first().map_or(0, |first| first.x.ncols());
        check_lengths(train, length)?;
        let mut numbers = Vec::new();
        for (picture, Descriptors { x, .. }) in train.iter().enumerate() {
            let rows = config.samples_per_picture.min(x.nrows());
            for row in index::sample(&mut rng(config.seed, 0, picture), x.nrows(), rows) {
                numbers.extend(x.row(row).mapv(number));
            }
        }
        let x = matrix(numbers, length);
        let pca = Pca::fit(&x, config.components)?;
        let mixture = GaussianMixture::fit(&pca.transform(&x)?, config.gaussians, config.seed)?;
        Ok(Self { pca, mixture, pictures: train.len() })
    }

    /// Returns a row for each picture, computed on all cores: the signed square roots of the gradient, scaled to length 1.
    ///
    /// # Errors
    /// [`Error::Config`] if there are no pictures, or their descriptors are not as long as those fitted on.
    pub fn transform(&self, pictures: &[Descriptors]) -> Result<Array2<f32>> {
        check_lengths(pictures, self.pca.mean.len())?;
        stack(pictures.par_iter().with_max_len(1).map(|picture| self.encode(picture)).collect())
    }

    fn encode(&self, picture: &Descriptors) -> Array1<f32> {
        let (k, d) = self.mixture.means.dim();
        let (blocks, weights) = (picture.x.axis_chunks_iter(Axis(0), BLOCK), &picture.weights);
        let mut moments = Array2::zeros((k, 2 * d + 1));
        for (block, weights) in blocks.zip(weights.axis_chunks_iter(Axis(0), BLOCK)) {
            let x = self.pca.project(&block.mapv(number).view());
            moments += &self.mixture.moments(&x.view(), &weights).0;
        }
        let rooted = gradient(&self.mixture, &moments).mapv(|number| number.signum() * number.abs().sqrt());
        let length = rooted.dot(&rooted).sqrt().max(f64::MIN_POSITIVE);
        rooted.mapv(|number| (number / length) as f32)
    }
}

/// Returns the gradient for the rows of `x`, shape (n, d), all of the same weight: k·d numbers for the means, then k·d for the
/// standard deviations. `skimage.feature.fisher_vector` has k for the weights before them.
///
/// # Errors
/// [`Error::Config`] if the rows are not as long as the means, or not finite.
pub fn fisher_vector(x: &ArrayRef2<f32>, mixture: &GaussianMixture) -> Result<Array1<f32>> {
    check(x, mixture.means.ncols(), "GaussianMixture")?;
    let weights = Array1::from_elem(x.nrows(), 1.0 / x.nrows() as f32);
    Ok(gradient(mixture, &mixture.moments(&x.view(), &weights).0).mapv(|number| number as f32))
}

fn gradient(mixture: &GaussianMixture, moments: &ArrayRef2<f64>) -> Array1<f64> {
    let [first, second, count] = split(moments);
    let means = (&mixture.means - &mixture.center()).mapv(f64::from);
    let std = mixture.covariances.mapv(|variance| f64::from(variance).sqrt());
    let root = mixture.weights.mapv(|weight| f64::from(weight).sqrt()).insert_axis(Axis(1));
    // Σ(x − μ) and Σ(x − μ)², from the sums of x, x² and 1.
    let for_means = &first - &means * &count;
    let squares = &second - &means * (&first + &for_means);
    let for_std = (squares / (&std * &std) - count) / (&root * 2.0_f64.sqrt());
    (for_means / (std * root)).into_iter().chain(for_std).collect()
}

fn check_lengths(pictures: &[Descriptors], length: usize) -> Result<()> {
    let other = pictures.iter().map(|picture| picture.x.ncols()).find(|&other| other != length);
    match other {
        None if !pictures.is_empty() => Ok(()),
        None => Err(Error::Config("FisherVector needs the descriptors of at least one picture".into())),
        Some(other) => Err(Error::Config(format!(
            "FisherVector was fitted on descriptors of {length} numbers, not {other}: use the same DenseDescriptors"
        ))),
    }
}

/// Returns the number that a byte stands for.
fn number(byte: u8) -> f32 {
    f32::from(byte) / 255.0
}

/// `FisherVector(Pca(128 → 64, …), GaussianMixture(32 Gaussians …), fitted on 244 pictures)`
impl fmt::Debug for FisherVector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "FisherVector({:?}, {:?}, fitted on {} pictures)", self.pca, self.mixture, self.pictures)
    }
}
