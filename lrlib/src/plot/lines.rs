//! Curves over common axes.

use plotters::{
    prelude::*,
    style::text_anchor::{HPos, Pos, VPos},
};

use super::{
    figure::{DENSITY, Figure},
    style::{Canvas, PALETTE, draw, font, px},
};
use crate::error::Result;

/// The width left of an upright axis: its label, numbers of eight digits, its ticks.
const Y_LABELS: u32 = 80;

/// A named line of points (x, y).
pub type Line<'a> = (&'a str, Vec<(f32, f32)>);

/// Draws lines over common axes, with their names above.
///
/// # Errors
/// [`Error::Plot`](crate::Error::Plot) if there is no point, a coordinate is not finite, or it cannot be drawn.
pub fn lines(title: &str, x_label: &str, y_label: &str, lines: &[Line<'_>]) -> Result<Figure> {
    let ends: Vec<String> = lines.iter().map(in_words).collect();
    let alt = format!("{title}: {y_label} over {x_label}; {}", ends.join("; "));
    draw((640, 420), alt, |canvas| axes(canvas, title, x_label, y_label, lines))
}

/// `train falls from 0.6931 to 0.5751`
pub(super) fn in_words((name, points): &Line<'_>) -> String {
    let (Some((_, first)), Some((_, last))) = (points.first(), points.last()) else {
        return format!("{name} has no points");
    };
    let verb = match last.partial_cmp(first) {
        Some(std::cmp::Ordering::Less) => "falls",
        Some(std::cmp::Ordering::Greater) => "rises",
        _ => return format!("{name} stays at {}", to_4_places(*last)),
    };
    format!("{name} {verb} from {} to {}", to_4_places(*first), to_4_places(*last))
}

/// `0.6931`, and where four decimals would hide the number `3.354e-4`.
fn to_4_places(value: f32) -> String {
    if value.abs() < 1e-3 && value != 0.0 { format!("{value:.3e}") } else { format!("{value:.4}") }
}

pub(super) fn axes(
    canvas: &Canvas<'_>,
    title: &str,
    x_label: &str,
    y_label: &str,
    lines: &[Line<'_>],
) -> std::result::Result<(), String> {
    // In f64, so that neither the tiniest nor the largest f32 overflows on its way to the axes.
    let points = || lines.iter().flat_map(|(_, points)| points);
    let (Some((x0, x1)), Some((y0, y1))) =
        (range(points().map(|p| f64::from(p.0))), range(points().map(|p| f64::from(p.1))))
    else {
        return Err(format!("cannot plot \"{title}\": it needs points, and finite ones"));
    };
    let margin = 0.05 * (y1 - y0);
    let canvas = canvas.margin(px(12), 0, 0, 0).titled(title, font(20).style(FontStyle::Bold));
    let canvas = legend(&canvas.map_err(|e| e.to_string())?, lines)?;
    let mut chart = ChartBuilder::on(&canvas)
        .margin(px(12))
        .margin_right(px(24))
        .x_label_area_size(px(45))
        .y_label_area_size(px(Y_LABELS))
        .build_cartesian_2d(x0..x1, (y0 - margin)..(y1 + margin))
        .map_err(|e| e.to_string())?;
    let (x_tick, y_tick) = (|x: &f64| tick(*x, (x0, x1)), |y: &f64| tick(*y, (y0, y1)));
    let mut mesh = chart.configure_mesh();
    mesh.x_label_formatter(&x_tick).y_label_formatter(&y_tick).set_all_tick_mark_size(px(5));
    mesh.axis_style(BLACK.stroke_width(DENSITY)).bold_line_style(BLACK.mix(0.2).stroke_width(DENSITY));
    mesh.x_desc(x_label).y_desc(y_label).axis_desc_style(font(16)).label_style(font(14)).light_line_style(WHITE);
    mesh.draw().map_err(|e| e.to_string())?;
    for ((_, points), color) in lines.iter().zip(PALETTE.iter().cycle()) {
        let points: Vec<(f64, f64)> = points.iter().map(|&(x, y)| (x.into(), y.into())).collect();
        // Stroke by stroke, with round ends: a LineSeries is hollow or thin where a thick line goes back and forth.
        let strokes = points.windows(2).map(|ends| PathElement::new(ends, color.stroke_width(2 * DENSITY)));
        chart.draw_series(strokes).map_err(|e| e.to_string())?;
        let ends = points.iter().map(|point| Circle::new(*point, DENSITY, color.filled()));
        chart.draw_series(ends).map_err(|e| e.to_string())?;
    }
    Ok(())
}

/// Writes each line's name after a stroke of its colour, in as many rows as that takes; returns the space below.
fn legend<'a>(canvas: &Canvas<'a>, lines: &[Line<'_>]) -> std::result::Result<Canvas<'a>, String> {
    let style = TextStyle::from(font(14)).pos(Pos::new(HPos::Left, VPos::Center));
    let (start, end) = (px(12 + Y_LABELS), canvas.dim_in_pixel().0.cast_signed() - px(24));
    let (mut x, mut y) = (start, px(11));
    for ((name, _), color) in lines.iter().zip(PALETTE.iter().cycle()) {
        let (width, _) = canvas.estimate_text_size(name, &style).map_err(|e| e.to_string())?;
        let width = px(26) + width.cast_signed();
        if x > start && x + width > end {
            (x, y) = (start, y + px(20));
        }
        let stroke = PathElement::new([(x, y), (x + px(20), y)], color.stroke_width(2 * DENSITY));
        canvas.draw(&stroke).map_err(|e| e.to_string())?;
        canvas.draw(&Text::new(*name, (x + px(26), y + px(2)), style.clone())).map_err(|e| e.to_string())?;
        x += width + px(20);
    }
    Ok(canvas.split_vertically(y + px(9)).1)
}

/// Returns a number on an axis, to a thousandth of the axis's span: `0.55`, `10000`, on an axis of tiny numbers `2e-6`.
fn tick(value: f64, (low, high): (f64, f64)) -> String {
    let unit = 10_f64.powi((high - low).log10().floor() as i32 - 3);
    // Plus 0, because -0 would be written with its sign.
    let rounded = ((value / unit).round() * unit) as f32 + 0.0;
    let plain = (1e-3..1e6).contains(&low.abs().max(high.abs())) || rounded == 0.0;
    if plain { rounded.to_string() } else { format!("{rounded:e}") }
}

/// Returns the smallest and the largest value, moved apart if they are equal; `None` without values or with one that is
/// not finite.
fn range(values: impl Iterator<Item = f64> + Clone) -> Option<(f64, f64)> {
    let low = values.clone().fold(f64::INFINITY, f64::min);
    let high = values.clone().fold(f64::NEG_INFINITY, f64::max);
    let largest = low.abs().max(high.abs());
    let apart = match largest {
        0.0 => 0.5,
        _ if high - low < 1e-6 * largest => 0.5 * largest,
        _ => 0.0,
    };
    (largest.is_finite() && values.into_iter().all(f64::is_finite)).then_some((low - apart, high + apart))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_axis_is_labelled_to_a_thousandth_of_its_span() {
        assert_eq!(tick(0.1 + 0.2, (0.0, 1.0)), "0.3");
        assert_eq!(tick(-0.000_01, (-1.0, 1.0)), "0");
        assert_eq!(tick(0.000_55, (0.0, 0.002)), "0.00055");
        assert_eq!(tick(0.553_15, (0.553_1, 0.553_2)), "0.55315");
        assert_eq!(tick(10_000.0, (0.0, 10_000.0)), "10000");
        assert_eq!(tick(2e-6, (0.0, 1e-5)), "2e-6");
        assert_eq!(tick(0.0, (0.0, 1e-5)), "0");
        assert_eq!(tick(1.5e9, (0.0, 2e9)), "1.5e9");
    }

    #[test]
    fn tiny_values_have_a_range_of_their_own() {
        assert_eq!(range([2e-8, 1e-8].into_iter()), Some((1e-8, 2e-8)));
        assert_eq!(range([4.0, 4.0].into_iter()), Some((2.0, 6.0)));
        assert_eq!(range([0.0].into_iter()), Some((-0.5, 0.5)));
        for none in [vec![], vec![1.0, f64::NAN], vec![f64::INFINITY]] {
            assert_eq!(range(none.into_iter()), None);
        }
    }

    #[test]
    fn words_do_not_round_tiny_values_to_nothing() {
        assert_eq!(in_words(&("loss", vec![(0.0, 0.5), (1.0, 0.000_25)])), "loss falls from 0.5000 to 2.500e-4");
        assert_eq!(in_words(&("loss", vec![(0.0, 0.0), (1.0, 0.0)])), "loss stays at 0.0000");
    }
}
