//! Draws what `ci/bench growth` measured: time and memory against the number of pictures, both axes in powers of ten.
//!
//! usage: growth CSV PNG, with the columns pictures, work, seconds and bytes

use std::{env, error::Error, fs};

use image::RgbImage;
use plotters::{
    coord::Shift,
    prelude::*,
    style::{FontStyle, register_font},
};

type Result<T = ()> = std::result::Result<T, Box<dyn Error>>;
/// Of each work, in the order of the file: a name, and points of pictures and seconds or gigabytes.
type Lines = Vec<(String, Vec<(f64, f64)>)>;

/// Okabe and Ito's colours, told apart by colour-blind readers too: blue, orange, green, purple.
const PALETTE: [RGBColor; 4] =
    [RGBColor(0, 114, 178), RGBColor(213, 94, 0), RGBColor(0, 158, 115), RGBColor(204, 121, 167)];
const SIZE: (u32, u32) = (960, 440);
const FONT: &str = "sans-serif";

fn main() -> Result {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [csv, png] = arguments.as_slice() else { return Err("usage: growth CSV PNG".into()) };
    let text = fs::read_to_string(csv)?;
    for (style, bytes) in [(FontStyle::Normal, dejavu::sans::regular()), (FontStyle::Bold, dejavu::sans::bold())] {
        register_font(FONT, style, bytes).map_err(|_| "the embedded font is broken")?;
    }
    let mut pixels = RgbImage::new(SIZE.0, SIZE.1);
    let canvas = BitMapBackend::with_buffer(&mut pixels, SIZE).into_drawing_area();
    canvas.fill(&WHITE)?;
    let (left, right) = canvas.split_horizontally(SIZE.0 / 2);
    draw(&left, "Time", "seconds", &read(&text, 2, 1.0)?)?;
    draw(&right, "Peak memory", "gigabytes", &read(&text, 3, 1e-9)?)?;
    canvas.present()?;
    drop((left, right, canvas));
    Ok(pixels.save(png)?)
}

/// The numbers of this column of the file, times `unit`.
fn read(text: &str, column: usize, unit: f64) -> Result<Lines> {
    let mut lines = Lines::new();
    for line in text.lines().skip(1) {
        let cells: Vec<&str> = line.split(',').collect();
        let [pictures, work, ..] = cells.as_slice() else { return Err(format!("too few columns: {line}").into()) };
        let point = (pictures.parse()?, unit * cells[column].parse::<f64>()?);
        match lines.iter_mut().find(|(name, _)| name == work) {
            Some((_, points)) => points.push(point),
            None => lines.push(((*work).to_owned(), vec![point])),
        }
    }
    Ok(lines)
}

fn draw(canvas: &DrawingArea<BitMapBackend<'_>, Shift>, title: &str, y_label: &str, lines: &Lines) -> Result {
    let points = || lines.iter().flat_map(|(_, points)| points);
    let (_, x_ends) = axis(points().map(|point| point.0), 1.25);
    let (y, y_ends) = axis(points().map(|point| point.1), 2.0);
    let font = |size: i32| (FONT, size).into_font();
    let counts = lines.iter().max_by_key(|(_, points)| points.len()).map(|(_, points)| points).ok_or("no points")?;
    let mut chart = ChartBuilder::on(canvas)
        .caption(title, font(20).style(FontStyle::Bold))
        .margin(12)
        .margin_right(24)
        .x_label_area_size(45)
        .y_label_area_size(65)
        .build_cartesian_2d(
            (x_ends.0..x_ends.1).log_scale().with_key_points(counts.iter().map(|point| point.0).collect()),
            (y_ends.0..y_ends.1).log_scale().with_key_points(y),
        )?;
    let plain = |value: &f64| format!("{value}");
    let mut mesh = chart.configure_mesh();
    mesh.x_label_formatter(&plain).y_label_formatter(&plain).light_line_style(WHITE);
    mesh.x_desc("pictures to train on").y_desc(y_label).axis_desc_style(font(16)).label_style(font(14)).draw()?;
    for ((name, points), color) in lines.iter().zip(PALETTE) {
        let line = LineSeries::new(points.iter().copied(), color.stroke_width(2)).point_size(4);
        let drawn = chart.draw_series(line)?;
        drawn.label(name).legend(move |(x, y)| PathElement::new([(x, y), (x + 20, y)], color.stroke_width(2)));
    }
    let mut legend = chart.configure_series_labels();
    legend.position(SeriesLabelPosition::UpperLeft).label_font(font(14)).background_style(WHITE.mix(0.85));
    Ok(legend.border_style(RGBColor(200, 200, 200)).draw()?)
}

/// The powers of ten among these values, and where an axis begins and ends that shows them with some room.
fn axis(values: impl Iterator<Item = f64> + Clone, room: f64) -> (Vec<f64>, (f64, f64)) {
    let low = values.clone().fold(f64::INFINITY, f64::min) / room;
    let high = values.fold(0.0, f64::max) * room;
    let powers = (low.log10().ceil() as i32..=high.log10().floor() as i32).map(|power| 10_f64.powi(power));
    (powers.collect(), (low, high))
}
