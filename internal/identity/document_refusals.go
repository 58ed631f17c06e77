package identity

import "healthcode"

const (
	fieldType    = "document.type"
	fieldNumber  = "document.number"
	fieldCountry = "document.country"
)

// The codes with which a document is refused.
const (
	CodeDocumentType         healthcode.Code = "document_type"
	CodeDocumentOtherType    healthcode.Code = "document_other_type"
	CodeDocumentEmpty        healthcode.Code = "document_empty"
	CodeDocumentCharacters   healthcode.Code = "document_characters"
	CodeDocumentLength       healthcode.Code = "document_length"
	CodeDocumentForm         healthcode.Code = "document_form"
	CodeDocumentOldID        healthcode.Code = "document_old_id"
	CodeDocumentArea         healthcode.Code = "document_area"
	CodeDocumentBirth        healthcode.Code = "document_birth"
	CodeDocumentCheckDigit   healthcode.Code = "document_check_digit"
	CodeDocumentPermitLetter healthcode.Code = "document_permit_letter"
	CodeDocumentCountry      healthcode.Code = "document_country"
	CodeDocumentNotForeign   healthcode.Code = "document_not_foreign"
)

var documentRefusals = map[healthcode.Code]refusal{
	CodeDocumentType: {healthcode.CodeInvalid,
		"不支持这种证件。请从列表中选择证件类型。",
		"This kind of document isn't known here. Choose one from the list."},
	CodeDocumentOtherType: {healthcode.CodeInvalid,
		"这个号码看起来属于“%[1]s”。请改选该证件类型，或核对号码。",
		"This looks like the number of another document: %[2]s. Choose that type, or check the number."},
	CodeDocumentEmpty: {healthcode.CodeInvalid,
		"请填写证件号码。",
		"Enter the document number."},
	CodeDocumentCharacters: {healthcode.CodeInvalid,
		"第 %[1]d 个字符不是英文字母或数字。请用英文输入法照证件重新输入。",
		"Character %[1]d is neither a letter from A to Z nor a digit. Type it again as on the document."},
	CodeDocumentLength: {healthcode.CodeInvalid,
		"号码位数不对。应为：%[1]s。请对照证件补全或删去多余字符。",
		"The number is too short or too long. It should be: %[2]s. Compare it with the document."},
	CodeDocumentForm: {healthcode.CodeInvalid,
		"号码格式不对。应为：%[1]s。请注意数字 0、1 与字母 O、I 的区别。",
		"The number doesn't have the right form. It should be: %[2]s. Mind 0 and O, 1 and I."},
	CodeDocumentOldID: {healthcode.CodeInvalid,
		"15 位身份证号码已停用。请填写现在的 18 位公民身份号码；可在户口簿上查到，或向派出所查询。",
		"Identity numbers of 15 digits are no longer valid. Enter the present one of 18; it is in the household register, and any police station can tell it."},
	CodeDocumentArea: {healthcode.CodeInvalid,
		"号码中的地区代码不存在。请对照证件检查开头几位。",
		"The area code in this number doesn't exist. Compare the first digits with the document."},
	CodeDocumentBirth: {healthcode.CodeInvalid,
		"第 %[1]d 至 %[2]d 位应是出生日期，但不是有效的日期。请对照证件检查这几位。",
		"Digits %[1]d to %[2]d should be the birth date, but no such past day exists. Compare them with the document."},
	CodeDocumentCheckDigit: {healthcode.CodeInvalid,
		"校验码不符，至少有一位输错了。请对照证件逐位检查。",
		"The check digit doesn't match: at least one character is wrong. Compare each with the document."},
	CodeDocumentPermitLetter: {healthcode.CodeInvalid,
		"号码应以字母 %[1]s 开头。请连同字母一起填写。",
		"The number begins with the letter %[1]s. Enter the letter too."},
	CodeDocumentCountry: {healthcode.CodeInvalid,
		"请选择护照的签发国家或地区（照片页上的三字母代码）。",
		"Choose the country that issued the passport (the three-letter code on the photo page)."},
	CodeDocumentNotForeign: {healthcode.CodeInvalid,
		"这不是外国护照的签发国代码。请改选证件类型：%[1]s。",
		"That isn't the code of a foreign passport. Choose another type: %[2]s."},
}
