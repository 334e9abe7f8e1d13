//! A spider: two parts instead of three, and eight long legs.

use crate::{
    body::{Body, Part, Pose},
    dice::Dice,
    solid::{Fur, Pattern, Skin},
    vector::{Color, Vec3, rgb, vec3},
};

/// A spider in this pose.
pub fn build(pose: Pose, dice: &mut Dice) -> Vec<Part> {
    let (pale, dark) = dice.pick(&[
        (rgb(150, 112, 70), rgb(60, 42, 28)),
        (rgb(170, 160, 146), rgb(70, 66, 64)),
        (rgb(196, 176, 60), rgb(40, 34, 26)),
        (rgb(206, 206, 180), rgb(120, 140, 70)),
        (rgb(90, 64, 46), rgb(34, 28, 26)),
    ]);
    let (pale, dark) = (dice.vary(pale, 0.2), dice.vary(dark, 0.2));
    let mut body = Body::new(pose);
    let skin = |color: Color, pattern: Pattern, hairs: usize, dice: &mut Dice| Skin {
        color,
        pattern,
        gloss: 0.2,
        grain: 0.35,
        fur: Some(Fur { color: color.mix(rgb(210, 200, 180), 0.3), length: 0.035, hairs }),
        seed: dice.seed(),
    };
    let stout = dice.between(0.8, 1.2);
    let bands = Pattern::Rings {
        dark,
        start: dice.between(0.0, 1.0),
        reach: dice.between(0.8, 2.4),
        share: dice.between(0.3, 0.6),
    };
    body.solid(vec3(-0.24, 0.0, 0.22), vec3(0.26, 0.19 * stout, 0.18 * stout), 0.1, skin(pale, bands, 220, dice));
    let front = dark.mix(pale, dice.between(0.1, 0.6));
    body.solid(vec3(0.12, 0.0, 0.19), vec3(0.16, 0.12, 0.09), 0.0, skin(front, Pattern::Plain, 120, dice));
    let eye = Skin::plain(rgb(14, 12, 12), 1.0);
    let (length, legs) = (dice.between(0.8, 1.25), front.mix(pale, 0.3));
    for side in [-1.0, 1.0] {
        body.solid(vec3(0.27, 0.035 * side, 0.23), vec3(0.018, 0.018, 0.018), 0.0, eye);
        body.chain(&[vec3(0.26, 0.04 * side, 0.17), vec3(0.36, 0.05 * side, 0.12)], (0.03, 0.015), front, 0.3);
        for (root, angle, reach) in [(0.20, 0.45, 0.72), (0.14, 1.05, 0.58), (0.07, 1.85, 0.54), (0.0, 2.5, 0.72)] {
            leg(&mut body, (root, angle, reach * length), side, legs, dice);
        }
    }
    body.parts
}

/// A leg that rises to its knee and comes down far away.
fn leg(body: &mut Body, (root, angle, reach): (f32, f32, f32), side: f32, color: Color, dice: &mut Dice) {
    let (sin, cos) = (angle + dice.between(-0.18, 0.18)).sin_cos();
    let at = |away: f32, height: f32| vec3(root + cos * away, (0.07 + sin * away) * side, height);
    let high = dice.between(0.30, 0.42);
    let joints: [Vec3; 4] = [at(0.0, 0.17), at(reach * 0.42, high), at(reach * 0.78, 0.14), at(reach, 0.0)];
    body.chain(&joints[..2], (0.024, 0.020), color, 0.2);
    body.chain(&joints[1..3], (0.018, 0.013), color, 0.2);
    body.chain(&joints[2..], (0.011, 0.005), color * 0.8, 0.2);
}
