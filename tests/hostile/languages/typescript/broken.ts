const n: number = 'text';
