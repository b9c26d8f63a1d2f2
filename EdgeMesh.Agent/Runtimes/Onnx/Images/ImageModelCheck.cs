using EdgeMesh.Agent.Runtimes.Onnx.Images.Schedulers;
using EdgeMesh.Agent.Runtimes.Onnx.Sessions.Files;

namespace EdgeMesh.Agent.Runtimes.Onnx.Images;

/// <summary>Judges an image model's folder by its small files and the headers of its graphs, as <see cref="Text.TextModelCheck"/> does for text.</summary>
public static class ImageModelCheck
{
    public static ModelVerdict Of(string folder)
    {
        var measures = false;
        try
        {
            var model = ImageModelFolder.Read(folder);
            _ = SchedulerChoice.Create(model.Scheduler, model.DefaultSteps);
            if (!File.Exists(Path.Combine(folder, "tokenizer", "tokenizer.json")) && !File.Exists(Path.Combine(folder, "tokenizer", "tokenizer.model")))
            {
                return new("It has no tokenizer/tokenizer.json, so no text can be given to it. Get the model again with that file.", false, true, null);
            }

            var (encoder, unet, decoder) = (Read(folder, "text_encoder"), Read(folder, "unet"), Read(folder, "vae_decoder"));
            measures = true;
            return new(Single("text_encoder", encoder) ?? Single("vae_decoder", decoder) ?? (unet.Inputs.Any(i => i.Name == "sample") ? null : "Its unet has no input \"sample\"."), false, true, null);
        }
        catch (TaskFailedException e)
        {
            return new(e.Message, false, measures, null);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return new("Its files cannot be read. Look at the disk of the device, or get the model again.", false, measures, null);
        }
    }

    private static GraphSignature Read(string folder, string part)
    {
        var file = OnnxFileReader.Read(Path.Combine(folder, part, "model.onnx"));
        ModelFolder.Check(file, folder);
        return file.Signature;
    }

    private static string? Single(string part, GraphSignature graph) => graph.Inputs.Length == 1 ? null
        : $"Its {part} takes {graph.Inputs.Length} inputs ({string.Join(", ", graph.Inputs.Select(i => i.Name))}) where one was expected.";
}
