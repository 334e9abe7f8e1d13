//! Draws what `ci/bench growth` measured: time and memory against the number of pictures, on logarithmic axes.
//!
//! usage: growth CSV PNG, with the columns pictures, work, seconds and bytes

use std::{env, error::Error, fs};

use lrlib::plot::{Axes, Figure};

type Result<T = ()> = std::result::Result<T, Box<dyn Error>>;
/// Of each work, in the order of the file: a name, and points of pictures and seconds or gigabytes.
type Lines = Vec<(String, Vec<(f32, f32)>)>;

fn main() -> Result {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [csv, png] = arguments.as_slice() else { return Err("usage: growth CSV PNG".into()) };
    let text = fs::read_to_string(csv)?;
    let time = draw("Time", "seconds", read(&text, 2, 1.0)?)?;
    let memory = draw("Peak memory", "gigabytes", read(&text, 3, 1e-9)?)?;
    Ok(time.above(&memory).save(png)?)
}

/// The numbers of this column of the file, times `unit`.
fn read(text: &str, column: usize, unit: f32) -> Result<Lines> {
    let mut lines = Lines::new();
    for line in text.lines().skip(1) {
        let cells: Vec<&str> = line.split(',').collect();
        let [pictures, work, ..] = cells.as_slice() else { return Err(format!("too few columns: {line}").into()) };
        let point = (pictures.parse()?, unit * cells[column].parse::<f32>()?);
        match lines.iter_mut().find(|(name, _)| name == work) {
            Some((_, points)) => points.push(point),
            None => lines.push(((*work).to_owned(), vec![point])),
        }
    }
    Ok(lines)
}

fn draw(title: &str, y_label: &str, lines: Lines) -> lrlib::Result<Figure> {
    let axes = Axes::new(title, "pictures to train on", y_label).log_x().log_y();
    lines.into_iter().fold(axes, |axes, (name, points)| axes.plot(&name, points)).figure()
}
