//! Figures: their sizes, their grounds, their words.

use std::fs;

use image::RgbImage;
use lrlib::{
    metrics::ConfusionMatrix,
    plot,
    train::{Epoch, History},
};
use ndarray::Array1;
use tempfile::tempdir;

fn history() -> History {
    let epoch = |epoch: usize| Epoch {
        epoch,
        loss: 0.7 - epoch as f32 / 10.0,
        train_accuracy: 0.5 + epoch as f32 / 10.0,
        val_loss: Some(0.69),
        val_accuracy: Some(0.5),
    };
    History { epochs: (0..3).map(epoch).collect(), ..Default::default() }
}

fn picture(width: u32, height: u32) -> RgbImage {
    RgbImage::from_pixel(width, height, [200, 10, 20].into())
}

#[test]
fn a_saved_figure_is_an_opaque_png_of_its_size() {
    let folder = tempdir().expect("a folder");
    let path = folder.path().join("history.png");
    let figure = plot::history(&history(), 0.5425).expect("drawn");
    figure.save(&path).expect("saved");
    let image = image::open(&path).expect("a PNG");
    assert_eq!((image.width(), image.height()), figure.size());
    assert_eq!(figure.size(), (2 * 960, 2 * 360), "twice what it takes on a page");
    let image = image.into_rgb8();
    assert_eq!(image.get_pixel(0, 0).0, [255; 3], "the ground is white");
    assert!(image.pixels().any(|pixel| pixel.0 == [0, 114, 178]), "and a line is drawn on it");
    assert_eq!(fs::read_dir(folder.path()).expect("listed").count(), 1);
}

#[test]
fn words_say_what_a_figure_shows() {
    let figure = plot::history(&history(), 0.5425).expect("drawn");
    assert_eq!(
        figure.alt(),
        "Loss: binary cross-entropy over epoch; train falls from 0.7000 to 0.5000; val stays at 0.6900; dashed: ln 2 at \
         0.693. Accuracy: accuracy (%) over epoch; train rises from 50.0000 to 70.0000; val stays at 50.0000; dashed: \
         baseline at 54.25"
    );
}

#[test]
fn pictures_keep_their_pixels() {
    let red = picture(224, 224);
    let count = |image: &RgbImage| image.pixels().filter(|pixel| pixel.0 == [200, 10, 20]).count();
    let folder = tempdir().expect("a folder");
    let path = folder.path().join("figure.png");
    plot::image(&red, "an ant").expect("drawn").save(&path).expect("saved");
    assert_eq!(count(&image::open(&path).expect("a PNG").into_rgb8()), 2 * 224 * 2 * 224);
    let three = vec![(red.clone(), "ant".into()), (red.clone(), "bee".into()), (red, "ant".into())];
    let grid = plot::grid(&three, 2, "Samples").expect("drawn");
    assert_eq!(grid.alt(), "Samples: 3 pictures: ant; bee; ant");
    grid.save(&path).expect("saved");
    assert_eq!(count(&image::open(&path).expect("a PNG").into_rgb8()), 3 * 2 * 224 * 2 * 224);
}

#[test]
fn what_cannot_be_drawn_is_an_error() {
    let classes = ["ants".into(), "bees".into()];
    assert!(plot::weights(&Array1::zeros(11), 2, 2, &classes).is_err());
    assert!(plot::weights(&Array1::zeros(12), 2, 2, &classes).is_ok());
    assert!(plot::history(&History::default(), 0.5).is_err());
    let axes = || plot::Axes::new("t", "x", "y");
    assert!(axes().plot("nan", vec![(0.0, f32::NAN)]).figure().is_err());
    assert!(axes().axhline("nothing else", 1.0).figure().is_err());
    assert!(axes().plot("point", vec![(0.0, 1.0)]).figure().is_ok());
    assert!(axes().plot("0 has no logarithm", vec![(0.0, 1.0)]).log_x().figure().is_err());
    assert!(plot::grid(&[], 3, "none").is_err());
    assert!(plot::strip(&[], "none").is_err());
    assert!(plot::training(&[], &[0.7], (2, 2), &classes).is_err());
    assert!(plot::training(&[(0, Array1::zeros(11))], &[0.7], (2, 2), &classes).is_err());
    assert!(plot::training(&[(0, Array1::zeros(12))], &[], (2, 2), &classes).is_err());
}

#[test]
fn pictures_keep_their_aspect_and_large_ones_are_shrunk() {
    let colour = [200, 10, 20];
    let folder = tempdir().expect("a folder");
    let path = folder.path().join("figure.png");
    // Width and height of what is drawn, in pixels of the page.
    let drawn = |figure: &plot::Figure| {
        figure.save(&path).expect("saved");
        let image = image::open(&path).expect("a PNG").into_rgb8();
        let is_picture = |(_, _, pixel): &(u32, u32, &image::Rgb<u8>)| pixel.0 == colour;
        let (xs, ys): (Vec<u32>, Vec<u32>) =
            image.enumerate_pixels().filter(is_picture).map(|(x, y, _)| (x, y)).unzip();
        let length = |at: &[u32]| (at.iter().max().expect("some") - at.iter().min().expect("some")).div_ceil(2);
        (length(&xs), length(&ys))
    };
    let one = |width, height| plot::image(&picture(width, height), "a picture").expect("drawn");
    for (size, expected) in
        [((223, 100), (223, 100)), ((112, 56), (224, 112)), ((500, 375), (500, 375)), ((1, 1), (224, 224))]
    {
        assert_eq!(drawn(&one(size.0, size.1)), expected, "{size:?}");
        assert!(!one(size.0, size.1).alt().contains("shown at"));
    }
    // A photograph of 12 megapixels.
    let large = one(4000, 3000);
    assert_eq!(drawn(&large), (720, 540));
    assert_eq!(large.alt(), "a picture: a picture of 4000 × 3000 pixels, shown at 720 × 540");
    assert!(large.size().0 <= 1500 && large.size().1 <= 1200);
    let grid = plot::grid(&[(picture(500, 375), "wide".into())], 1, "one").expect("drawn");
    assert_eq!(drawn(&grid), (224, 168));
    let empty = plot::image(&RgbImage::new(0, 5), "nothing").expect_err("no pixels").to_string();
    assert!(empty.contains("0 × 5 pixels"), "{empty}");
}

#[test]
fn the_tiniest_and_the_largest_numbers_can_be_drawn() {
    for values in [[1e-45, 3e-45], [0.0, 1e-40], [-f32::MAX, f32::MAX], [f32::MIN_POSITIVE, 1.0], [1e-38, 2e-38]] {
        let points: Vec<(f32, f32)> = values.iter().map(|&value| (value, value)).collect();
        assert!(plot::Axes::new("t", "x", "y").plot("line", points).figure().is_ok(), "{values:?}");
    }
    let classes = ["ants".into(), "bees".into()];
    let mut weight = Array1::zeros(12);
    weight[3] = f32::INFINITY;
    assert!(plot::weights(&weight, 2, 2, &classes).expect_err("infinite").to_string().contains("finite numbers"));
}

/// Of a picture of 500 × 300 and one of 100 × 100, both are drawn at 690/600 of their size: 720 less three gaps of 10.
#[test]
fn a_strip_has_one_scale() {
    let strip =
        plot::strip(&[picture(500, 300), picture(100, 100)].map(|image| (image, "x".into())), "two").expect("drawn");
    assert_eq!(strip.size(), (2 * (3 * 10 + 575 + 115), 2 * (345 + 40 + 30)));
    assert_eq!(strip.alt(), "two: 2 pictures: x; x");
}

#[test]
fn an_outline_frames_and_dims() {
    let framed = plot::outline(&picture(9, 9), (2, 3), (5, 4));
    let at = |x, y| framed.get_pixel(x, y).0;
    assert_eq!([at(0, 0), at(2, 2), at(7, 3)], [[100, 5, 10]; 3], "halved");
    assert_eq!([at(2, 3), at(6, 6), at(4, 3)], [[255; 3]; 3], "the frame");
    assert_eq!(at(3, 4), [200, 10, 20], "unchanged");
}

#[test]
fn a_heat_map_adds_up_what_speaks_for_each_class() {
    let classes = ["ants".into(), "bees".into()];
    let (x, mut weight) = (Array1::from_elem(3 * 16 * 16, 0.5), Array1::zeros(3 * 16 * 16));
    weight[0] = 4.0;
    weight[255] = -2.0;
    let figure = plot::heat_map(&x, &weight, (16, 16), &classes).expect("drawn");
    assert!(figure.alt().contains("from −2.0e0 to 2.0e0"), "0.5 · 4 = 2: {}", figure.alt());
    assert!(plot::heat_map(&Array1::zeros(12), &weight, (16, 16), &classes).is_err());
    assert!(plot::heat_map(&Array1::from_elem(768, f32::NAN), &weight, (16, 16), &classes).is_err());
}

/// A viewer that knows only PNG shows the last frame; the frames are chunks of their own.
#[test]
fn an_animation_has_a_frame_for_each_snapshot() {
    let weight = Array1::from_shape_fn(3 * 4, |i| i as f32);
    let snapshots = [(0, Array1::zeros(12)), (1, weight.clone()), (2, weight)];
    let classes = ["ants".into(), "bees".into()];
    let animation = plot::training(&snapshots, &[0.7, 0.6, 0.5], (2, 2), &classes).expect("drawn");
    let chunks = |name: &[u8]| animation.png().windows(4).filter(|chunk| chunk == &name).count();
    assert_eq!((chunks(b"acTL"), chunks(b"fcTL")), (1, 3));
    let still = image::load_from_memory(animation.png()).expect("a PNG").into_rgb8();
    assert_eq!(still.dimensions(), (2 * 820, 2 * 340));
    assert!(still.pixels().any(|pixel| pixel.0 == [213, 94, 0]), "the last snapshot's largest weight");
    assert!(animation.alt().contains("train falls from 0.7000 to 0.5000"), "{}", animation.alt());
}

/// Counts the pixels of a figure with this colour, to within the rounding of two mixtures.
fn count(figure: &plot::Figure, color: [u8; 3]) -> usize {
    let folder = tempdir().expect("a folder");
    figure.save(folder.path().join("figure.png")).expect("saved");
    let image = image::open(folder.path().join("figure.png")).expect("a PNG").into_rgb8();
    image.pixels().filter(|pixel| pixel.0.iter().zip(color).all(|(a, b)| a.abs_diff(b) <= 2)).count()
}

/// A fifth of a colour on white: orange (213, 94, 0) becomes (247, 223, 204), grey 110 becomes 226.
#[test]
fn a_band_has_the_colour_of_its_line() {
    let axes = || plot::Axes::new("t", "x", "y").plot("other", vec![(1.0, 1.0), (2.0, 3.0)]);
    let curve = vec![(1.0, 2.0), (2.0, 2.0)];
    let band = vec![(1.0, 1.0, 3.0), (2.0, 1.5, 2.5)];
    let (orange, grey) = ([247, 223, 204], [226; 3]);
    let figure = axes().plot("mean", curve.clone()).band("mean", band.clone()).figure().expect("drawn");
    let area = count(&figure, orange);
    assert!(area > 100_000 && count(&figure, grey) < 1000, "{area}");
    let alone = axes().band("interval", band.clone()).figure().expect("drawn");
    assert!(count(&alone, grey) > 100_000 && count(&alone, orange) < 100);
    assert!(count(&axes().plot("mean", curve).figure().expect("drawn"), orange) < 100);
    assert_eq!(
        alone.alt(),
        "t: y over x; other rises from 1.0000 to 3.0000; band of interval: from 1 to 3 at the left, from 1.5 to 2.5 at the right"
    );
    // On logarithmic axes a low of 0 is at the lower end, and a high or an x of 0 cannot be seen.
    let logarithmic = |band| axes().plot("mean", vec![(1.0, 2.0)]).band("mean", band).log_x().log_y().figure();
    let to_the_end = logarithmic(vec![(1.0, 0.0, 3.0), (2.0, -1.0, 3.0)]).expect("drawn");
    assert!(10 * count(&to_the_end, orange) > 13 * area, "95 % of the height, not 68 %");
    assert!(count(&logarithmic(vec![(0.0, 1.0, 3.0), (2.0, -1.0, 0.0)]).expect("drawn"), orange) < 100);
    for bad in [(1.0, 2.0, 1.0), (1.0, 1.0, f32::NAN), (f32::INFINITY, 1.0, 2.0)] {
        assert!(axes().band("bad", vec![bad]).figure().is_err(), "{bad:?}");
    }
    assert!(axes().band("none", vec![]).band("one", vec![(1.0, 0.0, 2.0)]).figure().is_ok());
    assert!(plot::Axes::new("t", "x", "y").band("alone", band).figure().is_ok());
}

/// Of 4 ants 3 are called ants; of blue (0, 114, 178) their cell has 0.05 + 0.65 · ¾ = 0.5375: (118, 179, 214).
#[test]
fn a_confusion_matrix_is_shaded_by_the_share_of_its_row() {
    let classes = ["ants".to_owned(), "bees".to_owned()];
    let figure = |counts| plot::confusion_matrix(&ConfusionMatrix { classes: classes.clone(), counts });
    let drawn = figure([[3, 1], [1, 3]]).expect("drawn");
    let cell = 4 * 122 * 90;
    assert!((cell * 17 / 10..2 * cell).contains(&count(&drawn, [118, 179, 214])), "two cells, less the text");
    assert_eq!(
        drawn.alt(),
        "Confusion matrix: of 4 ants, 3 (75.0 %) are called ants and 1 (25.0 %) bees; of 4 bees, 1 (25.0 %) are called ants \
         and 3 (75.0 %) bees"
    );
    assert!(figure([[0, 0], [0, 2]]).expect("drawn").alt().contains("of 0 ants, 0 (0.0 %)"));
    assert!(figure([[0, 0], [0, 0]]).is_err());
}
