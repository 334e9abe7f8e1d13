//! The pictures of the lessons: samples, curves, weights.

use image::{RgbImage, imageops};
use ndarray::ArrayRef1;
use plotters::{
    coord::Shift,
    prelude::*,
    style::{FontStyle, register_font},
};

use crate::{Error, Figure, History, Result};

/// Okabe and Ito's colours, told apart by colour-blind readers too: blue, orange, green, purple, grey.
const PALETTE: [RGBColor; 5] =
    [RGBColor(0, 114, 178), RGBColor(213, 94, 0), RGBColor(0, 158, 115), RGBColor(204, 121, 167), RGBColor(90, 90, 90)];
/// The side of one picture in a grid, and the height of the caption below it, in pixels.
const TILE: u32 = 224;
const CAPTION: u32 = 30;
const FONT: &str = "sans-serif";

type Canvas<'a> = DrawingArea<BitMapBackend<'a>, Shift>;

/// A named line of points (x, y).
pub type Line<'a> = (&'a str, Vec<(f32, f32)>);

/// One picture under a title, in its own size (small ones are enlarged to 224 pixels).
///
/// # Errors
/// [`Error::Plot`] if it cannot be drawn.
pub fn plot_image(image: &RgbImage, title: &str) -> Result<Figure> {
    let scale = TILE.div_ceil(image.width().max(image.height()).max(1));
    let (width, height) = (image.width() * scale, image.height() * scale);
    let alt = format!("{title}: a picture of {} × {} pixels", image.width(), image.height());
    let mut figure = draw((width.max(2 * TILE) + 20, height + CAPTION + 20), alt, |canvas| {
        write_centred(canvas, title, width.max(2 * TILE) / 2 + 10, CAPTION / 2 + 5, 18)
    })?;
    let left = (figure.pixels.width() - width) / 2;
    paste(&mut figure, image, (left, CAPTION + 10), (width, height));
    Ok(figure)
}

/// Pictures in rows of `columns`, each with its caption.
///
/// # Errors
/// [`Error::Plot`] if there is no picture or no column, or it cannot be drawn.
pub fn plot_grid(pictures: &[(RgbImage, String)], columns: usize, title: &str) -> Result<Figure> {
    if pictures.is_empty() || columns == 0 {
        return Err(Error::Plot("a grid needs at least one picture and one column".into()));
    }
    let (columns, step) = (columns.min(pictures.len()), (TILE + 10, TILE + CAPTION));
    let rows = pictures.len().div_ceil(columns) as u32;
    let captions: Vec<&str> = pictures.iter().map(|(_, caption)| caption.as_str()).collect();
    let alt = format!("{title}: {} pictures: {}", pictures.len(), captions.join("; "));
    let corner = |at: usize| (10 + (at % columns) as u32 * step.0, CAPTION + 10 + (at / columns) as u32 * step.1);
    let size = (columns as u32 * step.0 + 10, rows * step.1 + CAPTION + 15);
    let mut figure = draw(size, alt, |canvas| {
        write_centred(canvas, title, size.0 / 2, CAPTION / 2 + 5, 18)?;
        pictures.iter().enumerate().try_for_each(|(at, (_, caption))| {
            let (left, top) = corner(at);
            write_centred(canvas, caption, left + TILE / 2, top + TILE + CAPTION / 2, 14)
        })
    })?;
    for (at, (image, _)) in pictures.iter().enumerate() {
        paste(&mut figure, image, corner(at), (TILE, TILE));
    }
    Ok(figure)
}

/// Lines over common axes, with a legend where there are several.
///
/// # Errors
/// [`Error::Plot`] if there is no point, a coordinate is not finite, or it cannot be drawn.
pub fn plot_lines(title: &str, x_label: &str, y_label: &str, lines: &[Line<'_>]) -> Result<Figure> {
    let ends: Vec<String> = lines.iter().map(in_words).collect();
    let alt = format!("{title}: {y_label} over {x_label}; {}", ends.join("; "));
    draw((640, 420), alt, |canvas| axes(canvas, title, x_label, y_label, lines))
}

/// The loss, and beside it the accuracies with the one of always naming the more frequent class, `baseline` in [0, 1].
///
/// # Errors
/// [`Error::Plot`] if the history is empty, or it cannot be drawn.
pub fn plot_history(history: &History, baseline: f32) -> Result<Figure> {
    let epochs = &history.epochs;
    let loss: Line<'_> = ("train", epochs.iter().map(|e| (e.epoch as f32, e.loss)).collect());
    let train = epochs.iter().map(|e| (e.epoch as f32, 100.0 * e.train_accuracy)).collect();
    let val: Vec<_> = epochs.iter().filter_map(|e| Some((e.epoch as f32, 100.0 * e.val_accuracy?))).collect();
    let base = epochs.iter().map(|e| (e.epoch as f32, 100.0 * baseline)).collect();
    let mut accuracies = vec![("train", train), ("val", val), ("majority baseline", base)];
    accuracies.retain(|(_, points)| !points.is_empty());
    let words: Vec<String> = accuracies.iter().map(in_words).collect();
    let alt = format!("Loss over {} epochs: {}. Accuracy in %: {}", epochs.len(), in_words(&loss), words.join("; "));
    draw((960, 400), alt, |canvas| {
        let (left, right) = canvas.split_horizontally(480);
        axes(&left, "Loss", "epoch", "binary cross-entropy", &[loss])?;
        axes(&right, "Accuracy", "epoch", "accuracy (%)", &accuracies)
    })
}

/// The weights of each colour channel as a picture: blue speaks for class 0, orange for class 1, white is 0.
///
/// Shape of `weight`: (3 · height · width), by channel, as `to_tensor` lays pictures out.
///
/// # Errors
/// [`Error::Plot`] if the weight has another length, or the figure cannot be drawn.
pub fn plot_weights(weight: &ArrayRef1<f32>, height: usize, width: usize, classes: &[String; 2]) -> Result<Figure> {
    let size = height * width;
    if weight.len() != 3 * size || size == 0 {
        let d = weight.len();
        return Err(Error::Plot(format!(
            "{d} weights are no picture of 3 × {height} × {width}: give its height and width"
        )));
    }
    let largest = weight.fold(f32::MIN_POSITIVE, |largest, w| largest.max(w.abs()));
    let channels = ["red", "green", "blue"].iter().enumerate().map(|(channel, name)| {
        let image = RgbImage::from_fn(width as u32, height as u32, |column, line| {
            let at = channel * size + line as usize * width + column as usize;
            diverging(weight[at] / largest)
        });
        (image, format!("{name} channel"))
    });
    let title = format!("Weights: blue speaks for {}, orange for {} (largest: {largest:.1e})", classes[0], classes[1]);
    plot_grid(&channels.collect::<Vec<_>>(), 3, &title)
}

/// From blue at −1 over white at 0 to orange at 1.
fn diverging(value: f32) -> image::Rgb<u8> {
    let RGBColor(r, g, b) = if value < 0.0 { PALETTE[0] } else { PALETTE[1] };
    image::Rgb([r, g, b].map(|level| (255.0 - value.abs().min(1.0) * (255.0 - f32::from(level))).round() as u8))
}

/// `train falls from 0.6931 to 0.5751`
fn in_words((name, points): &Line<'_>) -> String {
    let (Some((_, first)), Some((_, last))) = (points.first(), points.last()) else {
        return format!("{name} has no points");
    };
    let verb = match last.partial_cmp(first) {
        Some(std::cmp::Ordering::Less) => "falls",
        Some(std::cmp::Ordering::Greater) => "rises",
        _ => return format!("{name} stays at {last:.4}"),
    };
    format!("{name} {verb} from {first:.4} to {last:.4}")
}

/// A white figure with whatever `content` draws on it.
fn draw(
    (width, height): (u32, u32),
    alt: String,
    content: impl FnOnce(&Canvas<'_>) -> std::result::Result<(), String>,
) -> Result<Figure> {
    // Registered at every figure: in a notebook each cell has a font registry of its own.
    let fonts = [(FontStyle::Normal, dejavu::sans::regular()), (FontStyle::Bold, dejavu::sans::bold())];
    for (style, bytes) in fonts {
        register_font(FONT, style, bytes).map_err(|_| Error::Plot("the embedded font is broken".into()))?;
    }
    let mut pixels = RgbImage::new(width, height);
    let canvas = BitMapBackend::with_buffer(&mut pixels, (width, height)).into_drawing_area();
    let drawn = canvas.fill(&WHITE).map_err(|e| e.to_string()).and_then(|()| content(&canvas));
    drawn.and_then(|()| canvas.present().map_err(|e| e.to_string())).map_err(Error::Plot)?;
    drop(canvas);
    Ok(Figure { pixels, alt })
}

fn axes(
    canvas: &Canvas<'_>,
    title: &str,
    x_label: &str,
    y_label: &str,
    lines: &[Line<'_>],
) -> std::result::Result<(), String> {
    let points = || lines.iter().flat_map(|(_, points)| points);
    let (Some((x0, x1)), Some((y0, y1))) = (range(points().map(|p| p.0)), range(points().map(|p| p.1))) else {
        return Err(format!("cannot plot \"{title}\": it needs points, and finite ones"));
    };
    let margin = 0.05 * (y1 - y0);
    let font = |size: i32| (FONT, size).into_font();
    let mut chart = ChartBuilder::on(canvas)
        .caption(title, font(20).style(FontStyle::Bold))
        .margin(12)
        .margin_right(24)
        .x_label_area_size(45)
        .y_label_area_size(65)
        .build_cartesian_2d(x0..x1, (y0 - margin)..(y1 + margin))
        .map_err(|e| e.to_string())?;
    let mut mesh = chart.configure_mesh();
    let plain = |value: &f32| ((value * 1e4).round() / 1e4).to_string();
    mesh.x_label_formatter(&plain).y_label_formatter(&plain);
    mesh.x_desc(x_label).y_desc(y_label).axis_desc_style(font(16)).label_style(font(14)).light_line_style(WHITE);
    mesh.draw().map_err(|e| e.to_string())?;
    for ((name, points), color) in lines.iter().zip(PALETTE.iter().cycle()) {
        let line = LineSeries::new(points.iter().copied(), color.stroke_width(2));
        let drawn = chart.draw_series(line).map_err(|e| e.to_string())?;
        drawn.label(*name).legend(|(x, y)| PathElement::new([(x, y), (x + 20, y)], color.stroke_width(2)));
    }
    if lines.len() > 1 {
        let mut legend = chart.configure_series_labels();
        // Where the first line does not end.
        let falls = lines.iter().find_map(|(_, p)| Some(p.last()?.1 < p.first()?.1)).unwrap_or(false);
        let corner = if falls { SeriesLabelPosition::UpperRight } else { SeriesLabelPosition::LowerRight };
        legend.position(corner).label_font(font(14)).background_style(WHITE.mix(0.85));
        legend.border_style(RGBColor(200, 200, 200)).draw().map_err(|e| e.to_string())?;
    }
    Ok(())
}

/// The smallest and the largest value, a little apart at least; `None` without values or with one that is not finite.
fn range(values: impl Iterator<Item = f32> + Clone) -> Option<(f32, f32)> {
    let low = values.clone().fold(f32::INFINITY, f32::min);
    let high = values.clone().fold(f32::NEG_INFINITY, f32::max);
    let apart = if high - low < 1e-6 { 0.5 * high.abs().max(1e-3) } else { 0.0 };
    (values.into_iter().all(f32::is_finite) && low <= high).then_some((low - apart, high + apart))
}

fn write_centred(canvas: &Canvas<'_>, text: &str, x: u32, y: u32, size: i32) -> std::result::Result<(), String> {
    use plotters::style::text_anchor::{HPos, Pos, VPos};
    let style = TextStyle::from((FONT, size).into_font()).pos(Pos::new(HPos::Center, VPos::Center));
    canvas.draw(&Text::new(text, (x.cast_signed(), y.cast_signed()), style)).map_err(|e| e.to_string())
}

fn paste(figure: &mut Figure, image: &RgbImage, (left, top): (u32, u32), (width, height): (u32, u32)) {
    // Nearest neighbours keep enlarged pixels square, which is what they are.
    let image = imageops::resize(image, width, height, imageops::FilterType::Nearest);
    imageops::replace(&mut figure.pixels, &image, left.into(), top.into());
}
