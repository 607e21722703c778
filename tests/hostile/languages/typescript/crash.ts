const words: string[] = []; console.log(words[7].length);
