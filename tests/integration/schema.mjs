// schema.mjs -- the part of JSON Schema 2020-12 that api/openapi.json uses. A keyword that is not
// known here is an error: a schema cannot become weaker by a slip of the pen.
const ANNOTATIONS = new Set(['title', 'description', 'example', 'examples', 'default', 'format', 'deprecated', 'readOnly',
	'writeOnly', '$comment', 'contentEncoding', 'contentMediaType']);

function typeOf(value) {
	if (value === null) return 'null';
	if (Array.isArray(value)) return 'array';
	return typeof value;
}

const isOfType = (value, type) => type === typeOf(value) || (type === 'integer' && Number.isInteger(value));
const equal = (a, b) => JSON.stringify(a) === JSON.stringify(b);

const CHECKS = {
	type(value, type) {
		const types = [].concat(type);
		return types.some((t) => isOfType(value, t)) ? [] : [`is ${typeOf(value)}, not ${types.join(' or ')}`];
	},
	enum: (value, list) => (list.some((one) => equal(one, value)) ? [] : [`is ${JSON.stringify(value)}, none of ${list.join(', ')}`]),
	const: (value, one) => (equal(one, value) ? [] : [`is ${JSON.stringify(value)}, not ${JSON.stringify(one)}`]),
	pattern: (value, re) => (typeof value !== 'string' || new RegExp(re, 'u').test(value) ? [] : [`"${value}" is not like ${re}`]),
	minimum: (value, n) => (typeof value !== 'number' || value >= n ? [] : [`${value} is below ${n}`]),
	maximum: (value, n) => (typeof value !== 'number' || value <= n ? [] : [`${value} is above ${n}`]),
	exclusiveMinimum: (value, n) => (typeof value !== 'number' || value > n ? [] : [`${value} is not above ${n}`]),
	minLength: (value, n) => (typeof value !== 'string' || value.length >= n ? [] : ['is too short']),
	maxLength: (value, n) => (typeof value !== 'string' || value.length <= n ? [] : ['is too long']),
	minItems: (value, n) => (!Array.isArray(value) || value.length >= n ? [] : ['has too few items']),
	maxItems: (value, n) => (!Array.isArray(value) || value.length <= n ? [] : ['has too many items']),
	minProperties: (value, n) => (typeOf(value) !== 'object' || Object.keys(value).length >= n ? [] : ['has too few members']),
	uniqueItems: (value, on) => (!on || !Array.isArray(value) || new Set(value.map((v) => JSON.stringify(v))).size === value.length ? [] : ['has an item twice']),
};

// The sentences about what is wrong with value; none: it is as the schema says.
export function validate(document, schema, value, where = '$') {
	if (schema === true) return [];
	if (schema === false) return [`${where}: is not documented`];
	const wrong = [];
	const inner = (s, v = value, at = where) => validate(document, s, v, at);
	for (const [keyword, rule] of Object.entries(schema)) {
		if (ANNOTATIONS.has(keyword)) continue;
		if (CHECKS[keyword]) {
			wrong.push(...CHECKS[keyword](value, rule).map((text) => `${where}: ${text}`));
			continue;
		}
		switch (keyword) {
		case '$ref':
			wrong.push(...inner(resolve(document, rule)));
			break;
		case 'allOf':
			for (const one of rule) wrong.push(...inner(one));
			break;
		case 'anyOf':
		case 'oneOf': {
			const tries = rule.map((one) => inner(one));
			const good = tries.filter((t) => !t.length).length;
			if (good === 0) wrong.push(`${where}: fits none of ${rule.length}: ${tries.map((t) => t[0]).join(' | ')}`);
			if (good > 1 && keyword === 'oneOf') wrong.push(`${where}: fits ${good} of ${rule.length}`);
			break;
		}
		case 'not':
			if (!inner(rule).length) wrong.push(`${where}: must not be so`);
			break;
		case 'items':
			if (Array.isArray(value)) value.forEach((v, i) => wrong.push(...inner(rule, v, `${where}[${i}]`)));
			break;
		case 'required':
			if (typeOf(value) === 'object') for (const name of rule) if (!(name in value)) wrong.push(`${where}.${name}: is missing`);
			break;
		case 'properties':
			if (typeOf(value) !== 'object') break;
			for (const [name, s] of Object.entries(rule)) if (name in value) wrong.push(...inner(s, value[name], `${where}.${name}`));
			break;
		case 'patternProperties':
			break; // with additionalProperties
		case 'additionalProperties':
		case 'unevaluatedProperties':
			wrong.push(...checkOthers(document, schema, rule, value, where));
			break;
		default:
			throw new Error(`${where}: the checker does not know "${keyword}"`);
		}
	}
	return wrong;
}

// Every name that a schema speaks of, through $ref and allOf.
function named(document, schema) {
	const names = new Set(Object.keys(schema.properties ?? {}));
	const parts = [...(schema.allOf ?? []), ...(schema.$ref ? [resolve(document, schema.$ref)] : [])];
	for (const part of parts) for (const name of named(document, part)) names.add(name);
	return names;
}

function checkOthers(document, schema, rule, value, where) {
	if (typeOf(value) !== 'object') return [];
	const known = named(document, schema);
	const patterns = Object.entries(schema.patternProperties ?? {});
	const wrong = [];
	for (const [name, v] of Object.entries(value)) {
		if (known.has(name)) continue;
		const pattern = patterns.find(([re]) => new RegExp(re, 'u').test(name));
		wrong.push(...validate(document, pattern ? pattern[1] : rule, v, `${where}.${name}`));
	}
	return wrong;
}

export function resolve(document, ref) {
	let at = document;
	for (const part of ref.replace(/^#\//, '').split('/')) at = at?.[part.replace(/~1/g, '/').replace(/~0/g, '~')];
	if (at === undefined) throw new Error(`no such schema: ${ref}`);
	return at.$ref ? resolve(document, at.$ref) : at;
}

// Object schemas that would let unknown members pass: none may.
export function openObjects(document, node = document.components?.schemas ?? {}, where = 'schemas', within = false) {
	if (node === null || typeof node !== 'object') return [];
	const out = [];
	if (node.properties && typeof node.type !== 'object' && !within && node.additionalProperties === undefined && node.unevaluatedProperties === undefined) {
		out.push(where);
	}
	for (const [key, value] of Object.entries(node)) {
		if (['example', 'examples', 'default', 'enum', 'const'].includes(key)) continue;
		out.push(...openObjects(document, value, `${where}/${key}`, key === 'allOf' || (within && !Number.isNaN(Number(key)))));
	}
	return out;
}
