//! Colours as an eye sees them: CIE L\*a\*b\*.

/// Returns L in 0 … 100 (dark to bright), a (green to red) and b (blue to yellow), both about −110 … 110, of an sRGB pixel.
///
/// `skimage.color.rgb2lab` (illuminant D65, 2° observer). Equal distances look about equally different.
///
/// ```
/// // skimage.color.rgb2lab([[[1.0, 0.0, 0.0]]]) is 53.2406, 80.0923, 67.2028
/// let [l, a, b] = lrlib::features::rgb2lab([255, 0, 0]);
/// assert!((l - 53.24).abs() < 0.01 && (a - 80.09).abs() < 0.01 && (b - 67.20).abs() < 0.01);
/// ```
#[must_use]
pub fn rgb2lab(rgb: [u8; 3]) -> [f32; 3] {
    let [r, g, b] = rgb.map(|byte| {
        let value = f32::from(byte) / 255.0;
        if value > 0.040_45 { ((value + 0.055) / 1.055).powf(2.4) } else { value / 12.92 }
    });
    let x = (0.412_453 * r + 0.357_58 * g + 0.180_423 * b) / 0.950_47;
    let y = 0.212_671 * r + 0.715_16 * g + 0.072_169 * b;
    let z = (0.019_334 * r + 0.119_193 * g + 0.950_227 * b) / 1.088_83;
    let root = |light: f32| if light > 0.008_856 { light.cbrt() } else { 7.787 * light + 16.0 / 116.0 };
    let [x, y, z] = [x, y, z].map(root);
    [116.0 * y - 16.0, 500.0 * (x - y), 200.0 * (y - z)]
}
