//! stub
pub struct SearchFigure {
    pub title: String,
    pub caption: Vec<String>,
    pub candidates: Vec<f64>,
    pub groups: Vec<FigureGroup>,
}
pub struct FigureGroup {
    pub name: String,
    pub one_shot: Vec<f64>,
    pub test: Vec<f64>,
}
#[derive(Debug, thiserror::Error)]
#[error("x")]
pub struct FigureError;
impl SearchFigure {
    pub fn svg(&self) -> Result<String, FigureError> {
        Ok(String::new())
    }
    pub fn png(&self) -> Result<Vec<u8>, FigureError> {
        Ok(vec![])
    }
}
