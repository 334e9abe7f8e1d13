//! Every feature equals scikit-image's or scikit-learn's, or NumPy's by the definition: `features.py` wrote the numbers.

use image::{RgbImage, imageops::flip_horizontal};
use lrlib::{
    Error, Result,
    features::{
        ColorHistogram, DenseDescriptors, Descriptors, Feature as _, FisherConfig, FisherVector, GaussianMixture,
        LocalBinaryPattern, Pca, Pooling, Region, Standardize, Union, fisher_vector, rgb2lab,
    },
};
use ndarray::{Array2, Axis, array, concatenate};

const EVERYWHERE: Pooling = Pooling { sigma: f32::INFINITY, region: Region::Whole };

fn numbers(name: &str) -> Vec<f32> {
    let line = include_str!("features.txt").lines().find_map(|line| line.strip_prefix(name)?.strip_prefix('='));
    line.expect(name).split(',').map(|number| number.parse().expect("a number")).collect()
}

fn rows(name: &str, columns: usize) -> Array2<f32> {
    let numbers = numbers(name);
    Array2::from_shape_vec((numbers.len() / columns, columns), numbers).expect("whole rows")
}

/// Checks that the numbers differ from those of this name by at most `most`.
#[track_caller]
fn check<'a>(ours: impl IntoIterator<Item = &'a f32>, name: &str, most: f32) {
    let (ours, theirs): (Vec<_>, _) = (ours.into_iter().copied().collect(), numbers(name));
    assert_eq!(ours.len(), theirs.len(), "{name}");
    for (at, (ours, theirs)) in ours.iter().zip(theirs).enumerate() {
        assert!((ours - theirs).abs() <= most, "{name}, number {at}: {ours}, not {theirs}");
    }
}

fn picture() -> RgbImage {
    let bytes = numbers("picture").iter().map(|&byte| byte as u8).collect();
    RgbImage::from_raw(37, 29, bytes).expect("37 × 29 pixels")
}

/// The description of the picture as it is, one patch size, without the mirror image.
fn plain(of: &DenseDescriptors) -> DenseDescriptors {
    DenseDescriptors { size: 29, cells: vec![3], step: 5, mirror: false, pooling: EVERYWHERE, ..of.clone() }
}

fn mixture() -> GaussianMixture {
    GaussianMixture::new(numbers("weights").into(), rows("means", 4), rows("covariances", 4))
}

#[test]
fn colors_equal_scikit_images() -> Result<()> {
    let lab: Vec<_> = rows("rgb", 3).outer_iter().map(|rgb| rgb2lab([0, 1, 2].map(|i| rgb[i] as u8))).collect();
    check(lab.as_flattened(), "lab", 2e-3);
    let histogram = ColorHistogram { size: 29, bins: 4, ..Default::default() }.extract(&picture())?;
    check(&histogram, "histogram", 2e-4);
    assert!((histogram.dot(&histogram) - 1.0).abs() < 1e-5);
    Ok(())
}

#[test]
fn patterns_equal_scikit_images() -> Result<()> {
    let patterns = LocalBinaryPattern { size: 29, pooling: EVERYWHERE, ..Default::default() };
    check(&patterns.extract(&picture())?, "patterns", 1e-5);
    Ok(())
}

/// A byte is rounded from a number that may differ in its last digits.
#[test]
fn descriptors_are_their_definition() -> Result<()> {
    for (dense, name) in [(DenseDescriptors::gradients(), "gradients"), (DenseDescriptors::colors(), "colors")] {
        let descriptors = plain(&dense).extract(&picture())?;
        check(&descriptors.x.mapv(f32::from), name, 0.51);
        assert!((descriptors.weights.sum() - 1.0).abs() < 1e-5);
    }
    Ok(())
}

/// The grid of this picture is symmetric: 37 − 14 pixels to move a patch in, of which 4 · 5 are used, leave 1 and 2. So the
/// picture is cut to 36 pixels: 1 and 1.
#[test]
fn mirrored_descriptors_are_those_of_the_mirror_image() -> Result<()> {
    let picture = image::imageops::crop_imm(&picture(), 0, 0, 36, 29).to_image();
    for dense in [DenseDescriptors::gradients(), DenseDescriptors::colors()] {
        let dense = plain(&dense);
        let of_mirror = dense.extract(&flip_horizontal(&picture))?;
        let both = DenseDescriptors { mirror: true, ..dense }.extract(&picture)?;
        let sorted = |x: Array2<u8>| {
            let mut rows: Vec<_> = x.outer_iter().map(|row| row.to_vec()).collect();
            rows.sort();
            rows
        };
        let odd: Vec<usize> = (1..both.x.nrows()).step_by(2).collect();
        let (ours, theirs) = (sorted(both.x.select(Axis(0), &odd)), sorted(of_mirror.x.to_owned()));
        assert_eq!(ours.len(), theirs.len());
        let worst = ours.iter().flatten().zip(theirs.iter().flatten()).map(|(a, b)| a.abs_diff(*b)).max();
        assert!(worst <= Some(1), "{dense:?}: {worst:?}", dense = dense.kind);
    }
    Ok(())
}

#[test]
fn pca_equals_scikit_learns() -> Result<()> {
    let x = rows("x", 4);
    let pca = Pca::fit(&x, 3)?;
    check(&pca.mean, "pca_mean", 1e-4);
    check(&pca.components.mapv(f32::abs), "pca_components", 1e-5);
    check(&pca.explained_variance, "pca_explained_variance", 1e-4);
    check(&pca.explained_variance_ratio, "pca_explained_variance_ratio", 1e-5);
    check(&pca.transform(&x)?.mapv(f32::abs), "pca_transform", 1e-4);
    Ok(())
}

#[test]
fn mixtures_equal_scikit_learns() -> Result<()> {
    let (x, mixture) = (rows("x", 4), mixture());
    check(&mixture.predict_proba(&x)?, "predict_proba", 1e-4);
    let (next, score) = mixture.step(&x)?;
    check(&[score as f32], "score", 1e-4);
    check(&next.weights, "step_weights", 1e-5);
    check(&next.means, "step_means", 1e-4);
    check(&next.covariances, "step_covariances", 1e-3);
    Ok(())
}

#[test]
fn em_never_lowers_the_likelihood() -> Result<()> {
    let x = rows("x", 4);
    let (mut mixture, mut before) = (GaussianMixture::fit(&x, 2, 3)?, f64::NEG_INFINITY);
    assert_eq!(GaussianMixture::fit(&x, 2, 3)?.means, mixture.means);
    assert!(format!("{mixture:?}").contains("fitted on 30 rows"));
    for _ in 0..10 {
        let (next, score) = mixture.step(&x)?;
        assert!(score > before - 1e-6, "{score} after {before}");
        (mixture, before) = (next, score);
    }
    Ok(())
}

#[test]
fn a_fit_ends_where_the_likelihood_hardly_rises() -> Result<()> {
    let x = rows("x", 4);
    let (next, score) = GaussianMixture::fit(&x, 2, 3)?.step(&x)?;
    let risen = next.step(&x)?.1 - score;
    assert!(risen < 1e-3, "{risen}");
    Ok(())
}

/// Thirteen points at one place, one far away, and three groups so far from each other that a first mean is in each.
#[test]
fn no_gaussian_shrinks_to_a_point_and_no_group_is_left_out() -> Result<()> {
    let x = Array2::from_shape_fn((14, 1), |(i, _)| if i < 13 { 2.0 } else { 9.0 });
    let variance = x.mapv(|x| (x - 2.5) * (x - 2.5)).mean().expect("points");
    for &covariance in &GaussianMixture::fit(&x, 2, 0)?.covariances {
        assert!(covariance > 0.99e-3 * variance, "{covariance} of {variance}");
    }
    let groups = Array2::from_shape_fn((30, 1), |(i, _)| 100.0 * (i % 3) as f32 + i as f32 / 100.0);
    for seed in 0..20 {
        let means = GaussianMixture::fit(&groups, 3, seed)?.means;
        let near = |center: f32| means.iter().any(|mean| (mean - center).abs() < 1.0);
        assert!(near(0.0) && near(100.0) && near(200.0), "seed {seed}: {means}");
    }
    Ok(())
}

#[test]
fn fisher_vectors_equal_scikit_images() -> Result<()> {
    check(&fisher_vector(&rows("x", 4), &mixture())?, "fisher_vector", 1e-4);
    Ok(())
}

/// The definition: the gradient of the mean log-likelihood, here by finite differences, times σ/√π for a mean and
/// σ/√(2π) for a deviation.
#[test]
fn fisher_vectors_are_gradients() -> Result<()> {
    let (x, mixture) = (rows("x", 4), mixture());
    let fisher = fisher_vector(&x, &mixture)?;
    for (k, c) in [(0, 0), (1, 3), (2, 2)] {
        let std = mixture.covariances[[k, c]].sqrt();
        let step = 0.02 * std;
        let score = |move_mean: f32, move_std: f32| {
            let mut moved = mixture.clone();
            moved.means[[k, c]] += move_mean;
            moved.covariances[[k, c]] = (std + move_std).powi(2);
            Ok::<_, Error>(moved.step(&x)?.1)
        };
        let slope = |high: f64, low: f64| ((high - low) / f64::from(2.0 * step)) as f32;
        let for_mean = slope(score(step, 0.0)?, score(-step, 0.0)?) * std / mixture.weights[k].sqrt();
        let for_std = slope(score(0.0, step)?, score(0.0, -step)?) * std / (2.0 * mixture.weights[k]).sqrt();
        assert!((fisher[4 * k + c] - for_mean).abs() < 1e-3, "{k}, {c}: {}, not {for_mean}", fisher[4 * k + c]);
        assert!((fisher[12 + 4 * k + c] - for_std).abs() < 1e-3, "{k}, {c}: {}, not {for_std}", fisher[12 + 4 * k + c]);
    }
    Ok(())
}

#[test]
fn scaling_equals_scikit_learns() -> Result<()> {
    let x = rows("with_constant", 5);
    check(&Standardize::fit(&x)?.transform(&x)?, "standardized", 2e-5);
    Ok(())
}

fn some_descriptors() -> Result<Vec<Descriptors>> {
    let dense = plain(&DenseDescriptors::gradients());
    [picture(), flip_horizontal(&picture())].iter().map(|picture| dense.extract(picture)).collect()
}

#[test]
fn a_pictures_vector_depends_neither_on_the_others_nor_on_the_threads() -> Result<()> {
    let descriptors = some_descriptors()?;
    let config = FisherConfig { gaussians: 2, components: 3, ..Default::default() };
    let all = || {
        let fisher = FisherVector::fit(&descriptors, &config)?;
        let alone = concatenate![Axis(0), fisher.transform(&descriptors[..1])?, fisher.transform(&descriptors[1..])?];
        Ok::<_, Error>((fisher.transform(&descriptors)?, alone))
    };
    let pool = |threads: usize| rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("threads");
    let ((one, alone), (three, _)) = (pool(1).install(all)?, pool(3).install(all)?);
    assert_eq!((&one, &one), (&three, &alone));
    assert_eq!(one.dim(), (2, 12));
    assert!(one.outer_iter().all(|row| (row.dot(&row) - 1.0).abs() < 1e-5));
    Ok(())
}

/// The signed square roots, scaled to length 1, where all descriptors count the same.
#[test]
fn a_pictures_vector_is_its_gradient_rooted() -> Result<()> {
    let descriptors = some_descriptors()?;
    let fisher = FisherVector::fit(&descriptors, &FisherConfig { gaussians: 2, components: 3, ..Default::default() })?;
    let x = descriptors[0].x.mapv(|byte| f32::from(byte) / 255.0);
    let gradient = fisher_vector(&fisher.pca.transform(&x)?, &fisher.mixture)?;
    let rooted = gradient.mapv(|number| number.signum() * number.abs().sqrt());
    let expected = &rooted / rooted.dot(&rooted).sqrt();
    let off = (&fisher.transform(&descriptors[..1])?.row(0) - &expected).fold(0.0_f32, |most, off| most.max(off.abs()));
    assert!(off < 1e-4, "{off}");
    Ok(())
}

/// The middle half of 8 × 8 pixels ends at pixels 2 and 6: a patch must lie in it whole.
#[test]
fn a_patch_that_is_partly_masked_out_does_not_count() -> Result<()> {
    let mut picture = RgbImage::new(8, 8);
    for (x, y, pixel) in picture.enumerate_pixels_mut() {
        let inside = (2..6).contains(&x) && (2..6).contains(&y);
        *pixel = if inside { [90, 120, 30].into() } else { [(31 * x) as u8, (17 * y) as u8, (x * y) as u8].into() };
    }
    let pooling = Pooling { region: Region::Center(0.5), ..EVERYWHERE };
    let inside = LocalBinaryPattern { size: 8, radii: vec![1], pooling }.extract(&picture)?;
    // Four patches of 3 × 3 pixels lie in a flat square of 4 × 4.
    assert_eq!((inside[255], inside.iter().filter(|&&share| share > 0.0).count()), (1.0, 1));
    Ok(())
}

/// Whatever is masked out has no effect: half of the picture in the middle is 18 × 14 pixels.
#[test]
fn what_is_masked_out_does_not_count() -> Result<()> {
    let (before, mut painted) = (picture(), picture());
    for (x, y) in (10..28).flat_map(|x| (8..22).map(move |y| (x, y))) {
        painted.put_pixel(x, y, [255, 0, 255].into());
    }
    let surround = Pooling { region: Region::Surround(0.6), ..Pooling::CENTER };
    let center = Pooling { region: Region::Center(0.4), ..Pooling::CENTER };
    for (pooling, same) in [(surround, true), (center, false)] {
        let histogram = ColorHistogram { size: 29, pooling, ..Default::default() };
        assert_eq!(histogram.extract(&before)? == histogram.extract(&painted)?, same, "{pooling:?}");
        let patterns = LocalBinaryPattern { size: 29, radii: vec![1], pooling };
        assert_eq!(patterns.extract(&before)? == patterns.extract(&painted)?, same, "{pooling:?}");
    }
    let dense = |of, fraction| {
        let pooling = Pooling { region: Region::Surround(fraction), ..Pooling::CENTER };
        DenseDescriptors { cells: vec![1], step: 1, pooling, ..plain(&of) }
    };
    // A gradient looks one pixel beyond its patch.
    for dense in [dense(DenseDescriptors::colors(), 0.6), dense(DenseDescriptors::gradients(), 0.7)] {
        assert_eq!(dense.extract(&before)?.x, dense.extract(&painted)?.x, "{dense:?}");
    }
    Ok(())
}

#[test]
fn a_union_names_the_part_that_does_not_fit() -> Result<()> {
    let (a, b) = (array![[3.0, 4.0], [0.0, 0.0]], array![[1.0], [2.0]]);
    let union = Union::new(&[("a", &a), ("b", &b)])?;
    assert_eq!((union.columns("b"), union.columns("c")), (Some(2..3), None));
    assert!(union.x.row(1).iter().zip([0.0, 0.0, 0.5_f32.sqrt()]).all(|(x, y)| (x - y).abs() < 1e-6));
    message(Union::new(&[("a", &a), ("b", &array![[1.0]])]), "b has 1 rows, the parts before 2");
    message(Union::new(&[]), "at least one row");
    Ok(())
}

#[track_caller]
fn message<T>(result: Result<T>, part: &str) {
    let error = result.err().expect("an error").to_string();
    assert!(error.contains(part) && !error.contains('\n'), "{error:?} does not say {part:?}");
}

#[test]
fn wrong_settings_and_data_are_one_clear_error_each() -> Result<()> {
    let (picture, x) = (picture(), rows("x", 4));
    let patterns = |radii: &[usize], size| LocalBinaryPattern { size, radii: radii.into(), ..Default::default() };
    message(patterns(&[5], 10).extract(&picture), "is too small for patches of 11");
    message(patterns(&[0], 10).extract(&picture), "use 1 pixel or more");
    message(patterns(&[], 10).extract(&picture), "use 1 pixel or more");
    message(patterns(&[usize::MAX], 10).extract(&picture), "is too small");
    message(ColorHistogram::default().extract(&RgbImage::new(0, 0)), "0 × 0 pixels");
    message(ColorHistogram { bins: 1, ..Default::default() }.extract(&picture), "use 2 to 32");
    for (sigma, region) in [(0.0, Region::Whole), (f32::NAN, Region::Whole), (0.2, Region::Surround(2.0))] {
        let pooling = Pooling { sigma, region };
        message(ColorHistogram { pooling, ..Default::default() }.extract(&picture), "no patch of the picture counts");
    }
    let dense = plain(&DenseDescriptors::colors());
    message(DenseDescriptors { size: 13, ..dense.clone() }.extract(&picture), "is too small for patches of 14");
    message(DenseDescriptors { step: 0, ..dense.clone() }.extract(&picture), "use 1 or more");
    message(DenseDescriptors { cells: vec![], ..dense.clone() }.extract(&picture), "use 1 or more");

    message(Pca::fit(&x, 5), "use 1 to 4");
    message(Pca::fit(&Array2::zeros((2, 2000)), 1), "rows of at most 1024");
    message(GaussianMixture::fit(&x, 31, 0), "use 1 to 30");
    message(mixture().predict_proba(&array![[1.0]]), "fitted on rows of 4 numbers, not 1");
    message(Pca::fit(&x, 2)?.transform(&array![[1.0]]), "fitted on rows of 4 numbers, not 1");
    message(Standardize::fit(&x)?.transform(&array![[1.0]]), "fitted on rows of 4 numbers, not 1");
    message(Standardize::fit(&Array2::zeros((0, 4))), "at least one row");
    let mut broken = x.clone();
    broken[[7, 2]] = f32::NAN;
    message(Standardize::fit(&broken), "row 7, column 2");
    message(Pca::fit(&broken, 1), "row 7, column 2");
    message(GaussianMixture::fit(&broken, 1, 0), "row 7, column 2");
    message(Union::new(&[("broken", &broken)]), "broken needs finite numbers");

    let descriptors = some_descriptors()?;
    let config = FisherConfig { gaussians: 2, components: 3, ..Default::default() };
    message(FisherVector::fit(&[], &config), "at least one picture");
    message(FisherVector::fit(&descriptors, &FisherConfig { gaussians: 1000, ..config }), "1000 Gaussians");
    message(FisherVector::fit(&descriptors, &FisherConfig { components: 200, ..config }), "200 principal components");
    message(FisherVector::fit(&descriptors, &FisherConfig { samples_per_picture: 0, ..config }), "at least one row");
    let fisher = FisherVector::fit(&descriptors, &config)?;
    message(fisher.transform(&[dense.extract(&picture)?]), "descriptors of 128 numbers, not 96");
    message(fisher.transform(&[]), "at least one picture");
    Ok(())
}

/// Pictures without any contrast have features too: no division by 0.
#[test]
fn flat_pictures_and_equal_points_give_finite_numbers() -> Result<()> {
    let flat = RgbImage::from_pixel(40, 30, [200, 10, 10].into());
    for dense in [plain(&DenseDescriptors::gradients()), plain(&DenseDescriptors::colors())] {
        let descriptors = [dense.extract(&flat)?, dense.extract(&flat)?];
        let config = FisherConfig { gaussians: 3, components: 5, ..Default::default() };
        let x = FisherVector::fit(&descriptors, &config)?.transform(&descriptors)?;
        assert!(x.iter().all(|number| number.is_finite()), "{:?}", dense.kind);
    }
    Ok(())
}
