//! What is behind the transparent parts of an image.

use image::{DynamicImage, RgbImage};

/// Lays an image with transparency on `ground`; returns one without it as it is.
///
/// A pixel `c` of opacity `a` (0 to 255) becomes (a c + (255 − a) ground) / 255, rounded, on the
/// values as they are encoded, as browsers do.
pub(crate) fn lay(image: DynamicImage, ground: [u8; 3]) -> DynamicImage {
    if !image.color().has_alpha() {
        return image;
    }
    let image = image.into_rgba8();
    RgbImage::from_fn(image.width(), image.height(), |x, y| {
        let [red, green, blue, opacity] = image.get_pixel(x, y).0;
        let blend = |value: u8, ground: u8| {
            let [value, ground, opacity] = [value, ground, opacity].map(u32::from);
            ((opacity * value + (255 - opacity) * ground + 127) / 255) as u8
        };
        image::Rgb([blend(red, ground[0]), blend(green, ground[1]), blend(blue, ground[2])])
    })
    .into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::{GrayAlphaImage, LumaA, Rgba, RgbaImage};

    #[test]
    fn transparent_pixels_show_the_ground_and_opaque_ones_do_not() {
        let row = [[200, 100, 0, 255], [200, 100, 0, 0], [200, 100, 0, 51]];
        let image = RgbaImage::from_fn(3, 1, |x, _| Rgba(row[x as usize]));
        let laid = lay(image.into(), [0, 255, 100]).into_rgb8();
        // A fifth of the pixel: 40, 20 + 204, 80.
        assert_eq!(laid.as_raw()[..], [200, 100, 0, 0, 255, 100, 40, 224, 80]);
    }

    #[test]
    fn grey_with_transparency_is_laid_on_colour() {
        let image = GrayAlphaImage::from_pixel(1, 1, LumaA([9, 0]));
        assert_eq!(lay(image.into(), [1, 2, 3]).into_rgb8().as_raw()[..], [1, 2, 3]);
    }

    #[test]
    fn an_image_without_transparency_stays() {
        let image = DynamicImage::from(RgbImage::from_pixel(2, 2, image::Rgb([4, 5, 6])));
        assert_eq!(lay(image.clone(), [255; 3]), image);
    }
}
