// packages.mjs -- problem packages for tests: folders in memory, and archives of them written by
// hand, so that they may also be wrong in every way.
import fs from 'node:fs';
import path from 'node:path';
import zlib from 'node:zlib';

export const LINK = 0o120777;

// A small package in the legacy format: path -> text or Buffer.
export function smallPackage(more = {}) {
	const all = {
		'problem.yaml': 'problem_format_version: legacy\nname: Sum\n',
		'.timelimit': '1\n',
		'problem_statement/problem.en.md': '# Sum\n\nAdd $a$ and $b$.\n',
		'data/sample/1.in': '1 2\n',
		'data/sample/1.ans': '3\n',
		'data/secret/01.in': '4 5\n',
		'data/secret/01.ans': '9\n',
		'submissions/accepted/sum.py': 'print(sum(map(int, input().split())))\n',
		...more,
	};
	for (const [name, text] of Object.entries(all)) if (text === null) delete all[name];
	return all;
}

// All files of a folder, as smallPackage gives them.
export function readFolder(folder) {
	const all = {};
	for (const name of fs.readdirSync(folder, { recursive: true })) {
		const file = path.join(folder, name);
		if (fs.statSync(file).isFile()) all[name] = fs.readFileSync(file);
	}
	return all;
}

export function writeFolder(folder, files) {
	for (const [name, text] of Object.entries(files)) {
		const file = path.join(folder, name);
		fs.mkdirSync(path.dirname(file), { recursive: true });
		fs.writeFileSync(file, text);
	}
	return folder;
}

const entriesOf = (files) => (Array.isArray(files) ? files : Object.entries(files).map(([name, data]) => ({ name, data })));

// A zip of { name: text }, or of [{ name, data, mode }]; names may be Buffers and may be anything.
export function zip(files) {
	const pieces = [];
	const directory = [];
	let at = 0;
	let last = {}; // a crowd of files with the same content is made quickly
	const entries = entriesOf(files);
	for (const { name, data, mode = 0o100644 } of entries) {
		const bytes = Buffer.from(name);
		if (last.data !== data) {
			const body = Buffer.from(data);
			last = { data, body, packed: zlib.deflateRawSync(body, { level: 6 }), crc: zlib.crc32(body) };
		}
		const { body, packed } = last;
		const head = Buffer.alloc(30);
		head.writeUInt32LE(0x04034b50, 0);
		head.writeUInt16LE(20, 4);
		head.writeUInt16LE(0x800, 6); // names are UTF-8
		head.writeUInt16LE(8, 8);
		head.writeUInt32LE(0x21, 10);
		head.writeUInt32LE(last.crc, 14);
		head.writeUInt32LE(packed.length, 18);
		head.writeUInt32LE(body.length, 22);
		head.writeUInt16LE(bytes.length, 26);
		const row = Buffer.alloc(46);
		row.writeUInt32LE(0x02014b50, 0);
		row.writeUInt16LE(0x0314, 4); // made on Unix: the mode counts
		head.copy(row, 6, 4, 30);
		row.writeUInt32LE((mode << 16) >>> 0, 38);
		row.writeUInt32LE(at, 42);
		pieces.push(head, bytes, packed);
		directory.push(row, bytes);
		at += head.length + bytes.length + packed.length;
	}
	const list = Buffer.concat(directory);
	const end = Buffer.alloc(22);
	end.writeUInt32LE(0x06054b50, 0);
	end.writeUInt16LE(Math.min(entries.length, 0xffff), 8);
	end.writeUInt16LE(Math.min(entries.length, 0xffff), 10);
	end.writeUInt32LE(list.length, 12);
	end.writeUInt32LE(at, 16);
	return Buffer.concat([...pieces, list, end]);
}

const TAR_LINK = { 1: true, 2: true };

// A tar of the same; `type` is tar's own ('0' file, '1' hard link, '2' link, '3' device), `to` where
// a link leads.
export function tar(files) {
	const pieces = [];
	for (const { name, data = '', type = '0', to = '', mode = 0o644 } of entriesOf(files)) {
		const body = TAR_LINK[type] ? Buffer.alloc(0) : Buffer.from(data);
		const head = Buffer.alloc(512);
		const octal = (n, width) => `${n.toString(8).padStart(width - 1, '0')}\0`;
		Buffer.from(name).copy(head, 0, 0, 100);
		head.write(octal(mode, 8) + octal(0, 8) + octal(0, 8) + octal(body.length, 12) + octal(0, 12), 100);
		head.write('        ', 148);
		head.write(type, 156);
		Buffer.from(to).copy(head, 157, 0, 100);
		head.write('ustar\x0000', 257);
		head.write(`${head.reduce((a, b) => a + b, 0).toString(8).padStart(6, '0')}\0 `, 148);
		pieces.push(head, body, Buffer.alloc((512 - (body.length % 512)) % 512));
	}
	return Buffer.concat([...pieces, Buffer.alloc(1024)]);
}
