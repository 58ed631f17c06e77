package certificatecmd

// Text gives the text of the certificate in a file: the text itself, or what the QR code in a picture or a PDF file
// says. Of several codes the first HC1 code counts, failing that the first code of any kind. The error says that there is none.
func Text(data []byte) (string, error) { return certificateText(data) }
