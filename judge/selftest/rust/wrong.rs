use std::io;

fn main() {
    let mut line = String::new();
    io::stdin().read_line(&mut line).unwrap();
    let sum: i32 = line.split_whitespace().map(|w| w.parse::<i32>().unwrap()).sum();
    println!("{}", sum + 1);
}
