package identity

import "healthcode"

const fieldRelation = "relation"

// The codes with which acting for others is refused.
const (
	CodeRelationSelf     healthcode.Code = "relation_self"
	CodeRelationKind     healthcode.Code = "relation_kind"
	CodeRelationKeyPage  healthcode.Code = "relation_key_page"
	CodeRelationExists   healthcode.Code = "relation_exists"
	CodeRelationDeclined healthcode.Code = "relation_declined"
	CodeRelationCoolDown healthcode.Code = "relation_cool_down"
	CodeRelationMax      healthcode.Code = "relation_max"
	CodeRelationDenied   healthcode.Code = "relation_denied"
	CodeRelationOver     healthcode.Code = "relation_over"
)

var relationRefusals = map[healthcode.Code]refusal{
	CodeRelationSelf: {healthcode.CodeInvalid,
		"这是您本人。您自己的健康码在首页。",
		"That is you. Your own code is on the first page."},
	CodeRelationKind: {healthcode.CodeInvalid,
		"本地不支持为这种关系的人代办。请从列表中选择关系。",
		"Acting for such a person isn't offered here. Choose a relation from the list."},
	CodeRelationKeyPage: {healthcode.CodeInvalid,
		"为未成年子女代办，请上传子女证件的关键信息页照片，由工作人员核对。",
		"To act for a child under 18, upload a photograph of the key page of the child's document. An officer will compare it."},
	CodeRelationExists: {healthcode.CodeConflict,
		"您已为此人提出申请或已在代办。请在“家人与他人”中查看。",
		"You have already asked for this person, or act for them. See “Family and others”."},
	CodeRelationDeclined: {healthcode.CodeDenied,
		"对方最近拒绝了您的申请。7 天后可以再次申请。",
		"This person declined recently. You can ask again after 7 days."},
	CodeRelationCoolDown: {healthcode.CodeTooMany,
		"解除后 24 小时内不能再次为同一人申请。请稍后再试。",
		"A relation that was removed can be asked for again after 24 hours. Try later."},
	CodeRelationMax: {healthcode.CodeTooMany,
		"最多可同时为 %[1]d 人代办。请先解除一人；解除 24 小时后可添加他人。",
		"You can act for %[1]d others at a time. Remove one first; the place is free 24 hours later."},
	CodeRelationDenied: {healthcode.CodeDenied,
		"您不能这样做。成年人须本人在自己的账户中同意；未成年子女由工作人员核对证件后生效。",
		"You can't do that. An adult agrees from their own account; for a child under 18 an officer compares the document."},
	CodeRelationOver: {healthcode.CodeConflict,
		"这项申请已有结果或已过期。如仍需要，请重新申请。",
		"This request has been answered or has expired. Ask again if it is still needed."},
}
