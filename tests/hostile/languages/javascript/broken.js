console.log(42
