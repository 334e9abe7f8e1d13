//! What an accuracy is worth.

/// Returns the 95 % confidence interval of an accuracy seen on `n` samples: Wilson's, which stays inside [0, 1].
///
/// With p̂ the accuracy and z = 1.96: (p̂ + z²/2n ± z·√(p̂(1 − p̂)/n + z²/4n²)) / (1 + z²/n)
/// (Wilson 1927; the same as statsmodels' `proportion_confint(method="wilson")`).
///
/// ```
/// // statsmodels: proportion_confint(3, 5, method="wilson")
/// let (low, high) = lrlib::metrics::wilson_interval(3.0 / 5.0, 5);
/// assert!((low - 0.230_724).abs() < 1e-5 && (high - 0.882_379).abs() < 1e-5);
/// ```
#[must_use]
pub fn wilson_interval(accuracy: f32, n: usize) -> (f32, f32) {
    let (p, n, z) = (f64::from(accuracy), n as f64, 1.959_963_984_540_054_f64);
    let middle = p + z * z / (2.0 * n);
    let half = z * (p * (1.0 - p) / n + z * z / (4.0 * n * n)).sqrt();
    let scale = 1.0 + z * z / n;
    (((middle - half) / scale) as f32, ((middle + half) / scale) as f32)
}
