fn main() {
    let v: Vec<i32> = std::env::args().skip(1).map(|w| w.len() as i32).collect();
    println!("{}", v[7]);
}
