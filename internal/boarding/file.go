package boarding

import (
	"bytes"
	"compress/zlib"
	"fmt"
	"image"
	"image/png"
	"io"
	"regexp"

	"healthcode"
	"healthcode/internal/certificatecmd/pdfimage"
	"healthcode/internal/identity"
)

// Limits of what is uploaded.
const (
	MaxFile   = 10 << 20 // bytes
	MaxPages  = 10
	maxPapers = 20 // of one application at a time
	maxEver   = 60 // with those that were replaced
)

// The codes with which a file is refused; photographs have those of internal/identity too.
const (
	CodeFileEmpty  healthcode.Code = "file_empty"
	CodeFileLarge  healthcode.Code = "file_large"
	CodeFileKind   healthcode.Code = "file_kind"
	CodeFilePages  healthcode.Code = "file_pages"
	CodeFileBroken healthcode.Code = "file_broken"
	CodeFileActive healthcode.Code = "file_active"
)

const fieldFile = "file"

// file is an upload as it may be stored.
type file struct {
	kind string // media type
	data []byte
}

// checkFile tells what a file is by its content, whatever its name or declared type, and makes it safe to keep:
// pictures are encoded anew, so that nothing but the picture is left, and PDF files that could do something, or that are
// something else besides, are refused.
func checkFile(data []byte) (file, error) {
	switch {
	case len(data) == 0:
		return file{}, healthcode.Errorf(CodeFileEmpty, fieldFile, "没有收到文件，请选择文件。", "No file arrived; choose one.")
	case len(data) > MaxFile:
		return file{}, healthcode.Errorf(CodeFileLarge, fieldFile, "文件超过 10 MB，请压缩或降低分辨率。", "The file is larger than 10 MB; scan it at a lower resolution.")
	case bytes.HasPrefix(data, []byte("%PDF-")):
		return checkPDF(data)
	case bytes.HasPrefix(data, []byte("\x89PNG\r\n\x1a\n")), bytes.HasPrefix(data, []byte("\xff\xd8\xff")):
		return checkPicture(data)
	}
	return file{}, healthcode.Errorf(CodeFileKind, fieldFile, "只接受 PDF、JPEG 或 PNG 文件。文件的内容才算数，改名没有用。",
		"Only PDF, JPEG and PNG files are accepted. What counts is the content; another name doesn't help.")
}

// smallest is the shorter side of a picture in which a code could be.
const smallest = 40

func checkPicture(data []byte) (file, error) {
	photo, err := identity.CheckPhoto(data)
	if err == nil {
		return file{photo.Type, photo.Data}, nil
	}
	if healthcode.CodeOf(err) != identity.CodePhotoSmall {
		return file{}, err
	}
	// A screenshot of nothing but a code is smaller than any page, and small enough to decode.
	img, _, err := image.Decode(bytes.NewReader(data))
	if err != nil || img.Bounds().Dx() < smallest || img.Bounds().Dy() < smallest {
		return file{}, healthcode.Errorf(CodeFileBroken, fieldFile, "图片不完整或太小，请重新拍摄。", "The picture is broken or too small; take it again.")
	}
	var out bytes.Buffer
	if err := png.Encode(&out, img); err != nil {
		return file{}, fmt.Errorf("encoding a picture: %w", err)
	}
	return file{"image/png", out.Bytes()}, nil
}

// Names of PDF that start something or carry other files (ISO 32000-1, 7.11 and 12.6).
var activeNames = []string{"JavaScript", "JS", "Launch", "EmbeddedFile", "RichMedia", "XFA", "SubmitForm", "ImportData"}

var (
	// activeName finds those that are so long that the bytes of a picture don't spell them by chance, also where no object can be read.
	activeName = regexp.MustCompile(`/(JavaScript|Launch|EmbeddedFile|RichMedia|SubmitForm|ImportData)\b`)
	// closing is what may follow the end of the file.
	closing = regexp.MustCompile(`%%EOF\s*$`)
)

func checkPDF(data []byte) (file, error) {
	if !closing.Match(data[max(0, len(data)-64):]) {
		return file{}, healthcode.Errorf(CodeFileBroken, fieldFile, "PDF 不完整，或后面附有别的内容。请重新导出或打印成 PDF。",
			"The PDF is cut off, or something else follows its end. Export it again, or print it to PDF.")
	}
	if inflated(data, maxInflated) > maxInflated {
		return file{}, healthcode.Errorf(CodeFileLarge, fieldFile, "PDF 展开后太大。请以较低的分辨率扫描，或上传照片。",
			"The PDF unpacks to too much. Scan it at a lower resolution, or upload a picture.")
	}
	pages, active, err := pdfimage.Inspect(data, activeNames...)
	switch {
	case active, activeName.Match(data):
		return file{}, healthcode.Errorf(CodeFileActive, fieldFile, "PDF 含有脚本或附件，不能接受。请打印成普通 PDF，或上传照片。",
			"The PDF holds scripts or other files, which isn't accepted. Print it to a plain PDF, or upload a picture.")
	case err != nil || pages == 0:
		return file{}, &healthcode.Error{Code: CodeFileBroken, Field: fieldFile, Err: err, Text: healthcode.Text{
			ZH: "PDF 打不开：可能有密码或已损坏。请打印成普通 PDF，或上传照片。", EN: "The PDF can't be opened: it has a password or is broken. Print it to a plain PDF, or upload a picture."}}
	case pages > MaxPages:
		return file{}, healthcode.Errorf(CodeFilePages, fieldFile, fmt.Sprintf("PDF 有 %d 页，最多 %d 页。请只保留需要的页。", pages, MaxPages),
			"The PDF has %d pages; at most %d are accepted. Keep only those that are needed.", pages, MaxPages)
	}
	return file{"application/pdf", data}, nil
}

// maxInflated bounds what all the streams of a PDF unpack to: ten pages scanned in colour at 150 dpi.
const maxInflated = 96 << 20

// inflated counts what the packed streams of a PDF unpack to, up to limit.
func inflated(data []byte, limit int64) (total int64) {
	keyword := []byte("stream")
	for total <= limit {
		at := bytes.Index(data, keyword)
		if at < 0 {
			break
		}
		data = data[at+len(keyword):]
		r, err := zlib.NewReader(bytes.NewReader(bytes.TrimLeft(data, "\r\n")))
		if err != nil {
			continue
		}
		n, _ := io.Copy(io.Discard, io.LimitReader(r, limit-total+1))
		total += n
	}
	return total
}
